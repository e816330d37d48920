"""Training turns of the number tools: math, convert, coin, dice.  Same contract as llm_clock."""
from llm_clock import turn
from llm_words import ONES, UNIT_PAIRS, amount, call, expand, phrase, number, polite, some_number

OPS = ["plus", "minus", "times", "divided by", "plus", "minus", "times", "multiplied by", "divided by", "over", "take away"]


def operand(r):
    k = r.random()
    if k < 0.07:
        return f"{some_number(r)} point {r.choice(ONES)}"
    return number(r, r.randint(1, 999)) if k < 0.3 else some_number(r, r.choice([20, 100, 100, 10000]))


def expression(r):
    """An arithmetic expression as said."""
    a, b, c = operand(r), operand(r), operand(r)
    k = r.random()
    if k < 0.6:
        e = f"{a} {r.choice(OPS)} {b}"
        return e + f" {r.choice(['plus', 'minus', 'times'])} {c}" if r.random() < 0.12 else e
    return r.choice([f"{a} percent of {b}", f"{a} percent of {b}", f"square root of {a}", f"square root of {a}", f"{a} squared",
        f"{a} cubed", f"{a} to the power of {b}",
                     f"half of {a}", f"a third of {a}", f"a quarter of {a}", f"double {a}", f"twice {a}", f"sum of {a} and {b}",
                     f"difference between {a} and {b}",
                     f"product of {a} and {b}", f"{a} to the {r.choice(['second', 'third', 'fourth', 'fifth', 'tenth'])} power",
                     f"{a} mod {b}", f"{a} minus {b}", f"cube root of {a}",
                     f"{a} factorial", f"{a} take away {b}", f"{a} over {b}", f"{a} times {b}", f"negative {a} plus {b}"])


def verb_expression(r):
    """A sum told as something to do: `add five and six`."""
    a, b = operand(r), operand(r)
    return r.choice([f"add {a} and {b}", f"add {a} to {b}", f"add {a} plus {b}", f"subtract {a} from {b}", f"multiply {a} by {b}",
        f"multiply {a} and {b}", f"multiply {a} times {b}", f"divide {a} by {b}", f"take {a} from {b}"])


def math_result(r):
    k = r.random()
    if k < 0.55:
        return str(r.choice([r.randint(0, 99), r.randint(0, 999), r.randint(0, 99999)]))
    if k < 0.6:
        return f"minus {r.randint(1, 999)}"
    return f"{r.randint(0, 9999)}.{r.randint(1, 99)}"


def math(r):
    e = expression(r)
    k = r.random()
    if k < 0.2:
        e = verb_expression(r)
        user = expand(r, phrase(r, ["{e}", "[please|can you|could you|now] {e}", "what do you get [if|when] you {e}", "{e} please",
            "what [is it|happens] if i {e}", "what's the result if you {e}"]), e=e)
    else:
        the = "the " if e.startswith(("square", "cube", "sum", "diff", "prod")) and r.random() < 0.9 else ""
        user = expand(r, phrase(r, [
            "[what's|what is|how much is|what is|what's] {a}{e}",
                "[calculate|compute|work out|figure out|solve|find|evaluate|do|tell me] {a}{e}",
            "[can|could] you [calculate|compute|work out|tell me|do|figure out] [what |]{a}{e}[| is| please]", "{a}{e}",
            "what does {a}{e} [equal|make|come to|give]", "{e} [equals what|is how much|equals|is]",
            "[i need to know|i want to know|do you know|tell me] [what |how much |]{a}{e}[| is]",
            "[give me|get me|what would be|what are|say] {a}{e}",
            "[what's the answer to|what is the answer to|the answer to|what's the result of|what's the value of] {a}{e}",
            "how much does {a}{e} make", "{a}{e} please", "[how about|and what about|what about] {a}{e}", "what number is {a}{e}",
            "[i'd like|i want] [to know |the answer to |]{a}{e}", "help me with {a}{e}", "math {a}{e}",
            "if i have {a}{e} what is it", "the result of {a}{e}"]), a=the, e=e)
    res = math_result(r)
    return turn(r, user, call("math", expr=e), res, r.choice([f"That's {res}.", f"The answer is {res}."]))


def units(r):
    kind = r.choice(["length", "length", "mass", "volume", "temperature", "temperature", "time", "speed", "data"])
    return kind, *r.sample(UNIT_PAIRS[kind], 2)


def convert_result(r, unit):
    return r.choice([f"{r.randint(0, 999)}.{r.randint(1, 99)} {unit}", f"{r.randint(1, 9999)} {unit}",
        f"{r.randint(0, 99)}.{r.randint(10, 99)} {unit}"])


def quantity(r):
    """(amount, unit from, unit to) as said, for forms in which they may stand anywhere."""
    kind, a, b = units(r)
    n = some_number(r, 500) if kind in ("temperature", "data") else amount(r)
    one = n == "one" or n.startswith(("a", "half a", "three quarters")) and " hundred" not in n and " thousand" not in n
    n = "an" if n == "a" and a[0][0] in "aeiou" else n
    return n, a[0] if one else a[1], b[1]


def convert(r):
    kind, a, b = units(r)
    n = some_number(r, 500) if kind in ("temperature", "data") else amount(r)
    one = n in ("one",) or n.startswith(("a", "half a", "three quarters")) and " hundred" not in n and " thousand" not in n
    n = "an" if n == "a" and a[0][0] in "aeiou" else n
    f, t = a[0] if one else a[1], b[1]
    deg = r.choice(["", "degrees "]) if kind == "temperature" else ""
    question = ["how many {t} [is|are|are there in|are in|in|make|equals|equal|do you get from|would be] {n} {f}",
        "[what's|what is|how much is] {n} {d}{f} in {t}",
                "[convert|change|translate|turn|switch] {n} {d}{f} [to|into|in] {t}", "{n} {d}{f} [in|to|into] {t}",
                "[can|could] you [convert|change|turn] {n} {d}{f} [to|into] {t}[| please]",
                "[tell me|do you know|i want to know] [what {n} {d}{f} is in {t}|how many {t} are in {n} {f}]",
                "how [much|many] [in |]{t} is {n} {d}{f}", "{n} {d}{f} is how [many|much] {t}",
                "[give me|get me|calculate|show] {n} {d}{f} in {t}", "what would {n} {d}{f} be in {t}", "{t} in {n} {f}",
                "i need {n} {d}{f} [in|converted to] {t}", "how many {t} [do i need for|for] {n} {f}",
                "[i have|there are] {n} {f} how many {t} is that", "{n} {f} makes how many {t}",
                "[express|put|show|write] {n} {d}{f} [in|as] {t}", "what's {n} {d}{f} [to|as|when converted to] {t}",
                "i want {n} {d}{f} in {t}", "the number of {t} in {n} {f}"]
    if kind == "length":
        question += ["how [long|far|tall|high|big|wide] is {n} {f} in {t}"]
    if kind == "mass":
        question += ["how heavy is {n} {f} in {t}"]
    if kind == "temperature":
        question = question[1:5] * 2 + question[5:6] + question[8:10] + ["how [warm|cold|hot] is {n} [degrees |]{f} in {t}"]
    user = expand(r, phrase(r, question), n=n, f=f, t=t, d=deg)
    res = convert_result(r, t)
    return turn(r, user, call("convert", amount=n, **{"from": f, "to": t}), res, r.choice([f"That's {res}.",
        f"It comes to {res}."]))


def coin(r):
    res = r.choice(["heads", "tails"])
    user = expand(r, phrase(r, ["[flip|toss|throw] [a|the|my|that] coin", "heads or tails", "coin [flip|toss]",
        "do a coin [flip|toss]", "[make a|give me a] coin [flip|toss]", "flip it",
                               "[flip|toss] a [penny|quarter|nickel|dime|coin] [|and tell me the result|to decide|for us]",
                               "i need a coin [flip|toss]", "heads or tails [you choose|computer|please]",
                               "is it heads or tails", "let's flip a coin", "throw a coin in the air",
                               "[pick|choose|call] heads or tails", "[decide|settle it] with a coin flip", "[use|spin] a coin",
                               "give the coin a [toss|flip]", "i'd like a coin [toss|flip]"]))
    return turn(r, polite(r, user), "coin", res, r.choice([f"It's {res}.", f"It landed on {res}."]))


def dice(r):
    n = r.choice([""] * 3 + ["two", "three", "two", number(r, r.randint(2, 12))])
    sides = r.choice([""] * 5 + ["six", "twenty", "eight", "ten", "four", "twelve", number(r, r.choice([100, 30, 24, 16, 3, 5, 7,
        9, 50]))])
    many = "dice" if n else r.choice(["die", "dice", "die"])
    if n:
        user = expand(r, "[roll|throw|cast|toss|shake|roll|throw|roll|i'd like to roll|let's roll|i need you to roll|give me] [|me |us |]" + (f"{n} {sides} sided dice" if sides else f"{n} dice") + "[| and tell me the total| please]")
    elif sides:
        user = expand(r, phrase(r, ["[roll|throw|cast] [|me ]a{an} {s} sided [die|dice]", "[roll|throw] a d {s}",
            "[roll|throw] a [die|dice] with {s} sides", "roll a{an} {s} sider", "{s} sided die roll"]), s=sides,
                      an="n" if sides.startswith(("ei", "el")) else "")
    else:
        user = expand(r, phrase(r, ["[roll|throw|cast|toss|shake] [a|the|one|] {m}", "[dice|die] roll", "do a dice roll",
            "roll [it|one]", "what do i roll", "let's roll [a|the] {m}", "[give me|i need] a [dice|die] roll",
                                   "roll the die for me", "random [dice|die] roll", "[use|spin] the dice",
                                   "[can we|i'd like to|i want to] roll [a|the] {m}", "it's my turn roll the dice", "dice please",
                                   "a roll of the dice"]), m=many)
        n = "one" if " one" in user else ""
    res = str(r.randint(1, 6)) if not n and not sides else str(r.randint(1, 40))
    return turn(r, polite(r, user), call("dice", count=n, sides=sides), res, r.choice([f"You rolled {res}.", f"It's {res}."]))


GENERATORS = [(math, 11), (convert, 9), (coin, 2), (dice, 4)]
