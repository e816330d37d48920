# Lines of count_plugin.c (stage function calls all vector float loops) into a table of stages; exit 3 when a bar of the M55 is broken.
# Seconds and tokens are counted too: mel frames of the front-end and the recogniser, hops of the vocoder, rows in the model's cache.
{
    all[$1] += $4
    vector[$1] += $5
    calls[$1 " " $2] += $3
}
function line(what, part, unit, n, of, bar,    i, k, list, a, v, each, load) {
    k = split(part, list, " ")
    for (i = 1; i <= k; i++) { a += all[list[i]]; v += vector[list[i]] }
    if (n <= 0 || a <= 0) { print board ": nothing was counted of " what; bad = 1; return 0 }
    each = a / n / 1e6
    load = of ? sprintf("%.1f %% to %.1f %%", 100 * a / n / (mhz * 1e6), 100 * (a + v) / n / (mhz * 1e6)) : sprintf("%.1f to %.1f ms", a / n / (mhz * 1e3), (a + v) / n / (mhz * 1e3))
    printf "| %s | %s | %.2f | %.2f | %s | %s |\n", board, what, each, v / n / 1e6, unit, load
    if (bar && each > bar) { printf "over: %s takes %.2f M instructions, expected at most %s\n", what, each, bar; over = 1 }
    return each
}
END {
    bars = mhz == 400
    heard = calls["encoder asr_push_mel"] / 100
    listened = calls["front vad_push"] / 100
    spoken = calls["vocoder istft_push"] / 100
    tokens = calls["llm kvring_append"] / layers
    front = line("front-end and speech detector", "front", "second of sound", listened, 1, 0)
    encoder = line("encoder", "encoder", "second of speech", heard, 1, 0)
    search = line("search for words", "search", "second of speech", heard, 1, 0)
    token = line("language model", "llm", "token", tokens, 0, bars ? 4 : 0)
    line("text to phones", "text", "second of reply", spoken, 1, 0)
    line("acoustic model", "acoustic", "second of reply", spoken, 1, 0)
    line("vocoder", "vocoder", "second of reply", spoken, 1, 0)
    reply = line("all of a reply", "text acoustic vocoder", "second of reply", spoken, 1, bars ? 80 : 0)
    line("start: check the weights, lay out the arena", "start", "start", 1, 0, 0)
    asr = front + encoder + search
    printf "| %s | all of listening | %.2f | | second of speech | |\n", board, asr
    if (bars && asr > 60) { printf "over: listening takes %.2f M instructions, expected at most 60\n", asr; over = 1 }
    printf "\n%s, over %.1f s listened, %.1f s heard, %d tokens, %.1f s spoken: %.1f M instructions a second heard, %.2f M a token, %.1f M a second spoken\n", \
        board, listened, heard, tokens, spoken, asr, token, reply
    exit bad ? 1 : over ? 3 : 0
}
