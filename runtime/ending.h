/* ending: does a text stop where a sentence may stop? By its last word alone, which costs nothing and needs no model. */
#ifndef SOTTO_ENDING_H
#define SOTTO_ENDING_H

/* 1: the last word wants another ("set it to", "with a", "turn on the"); 0: it does not, or there is no word. Lower case, single spaces. */
int ending_open(const char *text);
/* 1: the last word is a number that a longer one may begin with ("twenty", "a hundred", "one point"). */
int ending_number(const char *text);

#endif
