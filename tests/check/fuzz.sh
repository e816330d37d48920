#!/bin/sh
# Runs the libFuzzer targets (GGUF files, command grammars, adapters) for some seconds each. usage: fuzz.sh BUILD SECONDS
set -e
out=$1/fuzz
mkdir -p "$out/corpus"
clang -std=c11 -g -O1 -I. -ffp-contract=off -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o "$out/fuzz_gguf" tests/fuzz_gguf.c models/gguf*.c runtime/base/*.c
cp tests/golden/gguf/*.gguf "$out/corpus/" 2>/dev/null || true
"$out/fuzz_gguf" -max_total_time="$2" -max_len=16384 -rss_limit_mb=1024 -print_final_stats=1 "$out/corpus" 2>&1 | tail -n 12
mkdir -p "$out/grammars"
clang -std=c11 -g -O1 -I. -ffp-contract=off -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o "$out/fuzz_grammar" tests/fuzz_grammar.c models/asr/grammar*.c models/asr/match*.c runtime/base/*.c
cp models/packs/nano/*.grammar "$out/grammars/"
"$out/fuzz_grammar" -max_total_time="$2" -max_len=4096 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 "$out/grammars" 2>&1 | tail -n 12
mkdir -p "$out/adapters"
clang -std=c11 -g -O1 -I. -ffp-contract=off -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o "$out/fuzz_lora" tests/fuzz_lora.c models/llm/lora*.c models/llm/matrix.c models/llm/llama_bind.c models/layers.c models/gguf*.c models/kernels/ref.c models/kernels/select.c models/kernels/select_ref.c runtime/base/*.c
cp tests/golden/lora_*.gguf "$out/adapters/"
"$out/fuzz_lora" -max_total_time="$2" -max_len=16384 -rss_limit_mb=1024 -print_final_stats=1 "$out/adapters" 2>&1 | tail -n 12
mkdir -p "$out/tools"
printf 'only\ntool garage_door\n    action = open | close\n    place? = text\n    run ./a {action} "--at={place}"\n    say "It is {action}[, {place}]."\ntool b\n  n = number\n  shell echo $SOTTO_ARG_N\n' > "$out/tools/one"
clang -std=c11 -g -O1 -I. -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o "$out/fuzz_tools" tests/fuzz_tools.c platform/host/tools_file.c platform/host/tools_run.c platform/posix/spawn.c platform/posix/clock.c platform/posix/map.c platform/posix/log.c
"$out/fuzz_tools" -max_total_time="$2" -max_len=2048 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 "$out/tools" 2>&1 | tail -n 12
mkdir -p "$out/ssml"
printf '<speak><p><s>A &amp; b <break time="1s"/></s></p><prosody rate="80%%" pitch="+2st" volume="soft">c</prosody><say-as interpret-as="date" format="mdy">1/2/26</say-as><say-as interpret-as="characters">x1</say-as><sub alias="d">e</sub><phoneme ph="o">f</phoneme><!-- g --><![CDATA[h]]></speak>' > "$out/ssml/one"
clang -std=c11 -g -O1 -I. -ffp-contract=off -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o "$out/fuzz_ssml" tests/fuzz_ssml.c models/tts/*.c models/layers.c models/gguf*.c audio/*.c models/kernels/ref.c models/kernels/select.c models/kernels/select_ref.c runtime/base/*.c $(pkg-config --cflags --libs kissfft-float)
"$out/fuzz_ssml" -max_total_time="$2" -max_len=4096 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 "$out/ssml" 2>&1 | tail -n 12
