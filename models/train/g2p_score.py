"""Phone and word error of predicted pronunciations: the nearest of the dictionary's variants counts."""
import re


def distance(a, b):
    """Levenshtein distance of two sequences: substitution, deletion, insertion 1 each."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


def bare(phones):
    """Phones without stress marks."""
    return tuple(re.sub(r"\d", "", p) for p in phones)


def score(predicted, dictionary, stress=True):
    """(phone error, word error) over the words of `predicted`."""
    errors = total = wrong = 0
    for word, phones in predicted.items():
        best = None
        for variant in dictionary[word]:
            pair = (phones, variant) if stress else (bare(phones), bare(variant))
            edit = distance(*pair)
            if best is None or (edit, -len(variant)) < best:
                best = (edit, -len(variant))
        errors, total, wrong = errors + best[0], total - best[1], wrong + (best[0] > 0)
    return errors / total, wrong / len(predicted)
