"""Text as the recogniser writes it: lower-case words, apostrophes inside them, numbers in words.

normalise() returns None for text that it cannot spell out with certainty, so that a training transcript is never guessed.
"""
import re

ONES = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen").split()
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
SHORT = {"mr.": "mister", "mrs.": "missus", "dr.": "doctor", "st.": "saint", "no.": "number", "&": "and", "%": "percent",
         "a.m.": "a m", "p.m.": "p m", "am.": "am", "pm.": "pm", "etc.": "et cetera", "vs.": "versus", "co.": "company"}


def number(n):
    """Words of 0 <= n < 1,000,000."""
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + (" " + ONES[n % 10] if n % 10 else "")
    if n < 1000:
        return ONES[n // 100] + " hundred" + (" " + number(n % 100) if n % 100 else "")
    return number(n // 1000) + " thousand" + (" " + number(n % 1000) if n % 1000 else "")


def _digits(match):
    digits = match.group(0)
    if len(digits) == 4 and digits[0] in "12" and digits[1:] != "000":  # a year
        high, low = int(digits[:2]), int(digits[2:])
        if low == 0:
            return f" {number(high)} hundred "
        return f" {number(high)} {'o ' + number(low) if low < 10 else number(low)} "
    return f" {number(int(digits))} " if len(digits) <= 6 else " # "


def _clock(match):
    hour, minute = int(match.group(1)), int(match.group(2))
    tail = "" if minute == 0 else (" o " + number(minute) if minute < 10 else " " + number(minute))
    return f" {number(hour)}{tail} "


def normalise(text):
    text = text.lower().replace("’", "'").replace("`", "'").replace("—", " ").replace("--", " ")
    text = " ".join(SHORT.get(w, w) for w in text.split())
    text = re.sub(r"\b(\d{1,2}):(\d\d)\b", _clock, text)
    text = re.sub(r"(\d),(\d\d\d)\b", r"\1\2", text)
    text = re.sub(r"\d+", _digits, text)
    text = re.sub(r"[.,!?;:\"“”()\[\]_*]|(?<=\s)-|-(?=\s)", " ", text).replace("-", " ").replace("…", " ")
    text = re.sub(r"(?<![a-z])'|'(?![a-z])", " ", text)
    text = " ".join(text.split())
    return text if text and re.fullmatch(r"[a-z' ]+", text) else None
