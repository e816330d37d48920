/* bench_tts: what a frame of speech costs: the vocoder's network alone, the whole vocoder, the acoustic model, for every kernel table.
 *     bench_tts VOCODER TTS [KERNELS [DIR]]
 *
 * A made-up clause of phones gives the frames; times are nanoseconds of CPU a frame of 10 ms, best and median of the rounds, in calls of
 * 10 frames. Products are counted from the shapes in the files. With DIR the frames, their excitations and the sound go there as
 * float32 files (features, pulses, noise, pcm), and each line on stdin is answered by the nanoseconds of one round (network, whole vocoder):
 * models/train/measure_vocoder.py runs the same vocoder in another runtime between the lines.
 */
#define _GNU_SOURCE
#include "tests/llm_common.h"
#include "tests/cpu_time.h"
#include "platform/host/eval_stat.h"
#include "models/tts/acoustic.h"
#include "models/tts/phoneset.h"
#include "models/tts/vocoder.h"

enum { ROUNDS = 15, PHONES = 96, FRAMES = 1500, CALL = 10 };

typedef struct bench {
    acoustic voice;
    vocoder sound;
    uint8_t phones[PHONES];
    float *mel;            /* [FRAMES x mel] */
    acoustic_voice *pitch; /* [FRAMES] */
    uint32_t frames;
    float *row, *raw, *pcm;   /* [CALL x ...] what the network alone gives; samples */
    double net, whole, speak; /* ns a frame of the last round */
} bench;

/* Consonants and vowels in turn, a boundary after every fifth phone, a pause at both ends. */
static void make_phones(uint8_t *phones) {
    const uint32_t vowels = (PHONE_COUNT - PHONE_FIRST_VOWEL) / 3, consonants = PHONE_FIRST_VOWEL - PHONE_FIRST_CONSONANT;
    for (uint32_t i = 0; i < PHONES; i++) {
        const uint32_t vowel = PHONE_FIRST_VOWEL + 3 * (i * 7 % vowels) + i % 2, consonant = PHONE_FIRST_CONSONANT + i * 5 % consonants;
        phones[i] = (uint8_t)(i % 6 == 5 ? PHONE_WB : i % 2 ? vowel : consonant);
    }
    phones[0] = phones[PHONES - 1] = PHONE_SIL;
}

static uint32_t speak(bench *b) {
    uint32_t n = 0, got;
    if (acoustic_start(&b->voice, b->phones, PHONES, NULL, NULL)) return 0;
    while (n + CALL <= FRAMES && (got = acoustic_step(&b->voice, b->mel + (size_t)n * b->voice.mel, b->pitch + n, CALL))) n += got;
    return n;
}

static vocoder_frame frame_at(const bench *b, uint32_t t) {
    return (vocoder_frame){b->mel + (size_t)t * b->voice.mel, b->pitch[t].f0, b->pitch[t].voiced};
}

/* All frames, call by call; `out` (may be NULL) gets the samples. Returns hops. */
static uint32_t vocode(bench *b, FILE *out) {
    uint32_t hops = 0;
    vocoder_reset(&b->sound);
    for (uint32_t t = 0; t + CALL <= b->frames; t += CALL) {
        vocoder_frame f[CALL];
        for (uint32_t i = 0; i < CALL; i++) f[i] = frame_at(b, t + i);
        const uint32_t got = vocoder_run(&b->sound, b->pcm, f, CALL);
        hops += got;
        if (out) fwrite(b->pcm, sizeof(float), (size_t)got * b->sound.hop, out);
    }
    return hops;
}

/* The same layers as the vocoder's, without excitation and sound. */
static void network(bench *b) {
    vocoder *v = &b->sound;
    convstack_reset(&v->net);
    for (uint32_t t = 0; t < b->frames;) {
        const uint32_t left = CALL - t % CALL, n = left < VOCODER_GROUP ? left : VOCODER_GROUP; /* as a call of CALL frames is cut */
        for (uint32_t i = 0; i < n; i++, t++) {
            float *input = v->input + (size_t)i * (v->mel + 2);
            memcpy(input, b->mel + (size_t)t * v->mel, v->mel * sizeof(float));
            input[v->mel] = (b->pitch[t].f0 - 160.0f) * 0.01f;
            input[v->mel + 1] = b->pitch[t].voiced;
        }
        linear_run(v->k, &v->enter, b->row, v->input, n, &v->quant);
        const uint32_t rows = convstack_run(&v->net, b->row, b->row, n);
        layernorm_run(v->k, &v->before_head, b->row, b->row, rows);
        linear_run(v->k, &v->head, b->raw, b->row, rows, &v->quant);
    }
}

static void run_round(bench *b) {
    const double start = cpu_time();
    network(b);
    const double middle = cpu_time();
    vocode(b, NULL);
    const double end = cpu_time();
    speak(b);
    b->net = (middle - start) / b->frames * 1e9;
    b->whole = (end - middle) / b->frames * 1e9;
    b->speak = (cpu_time() - end) / b->frames * 1e9;
}

/* Multiply-accumulates of a row, int8 and float (the depthwise convolution). */
static double stack_macs(const convstack *s) {
    double n = 0;
    for (uint32_t i = 0; i < s->count; i++) n += 2.0 * s->width * s->hidden + (double)s->block[i].kernel * s->width;
    return n;
}

static double linear_macs(const linear_i8 *l) {
    return (double)l->rows * l->cols;
}

static double network_macs(const vocoder *v) {
    return linear_macs(&v->enter) + stack_macs(&v->net) + linear_macs(&v->head);
}

/* A frame's share of its phone's encoder is counted with the clause's own phones. */
static double acoustic_macs(const bench *b) {
    const acoustic *a = &b->voice;
    uint32_t sounding = 0;
    for (uint32_t i = 0; i < PHONES; i++) sounding += b->phones[i] != PHONE_WB;
    const double phone = stack_macs(&a->encoder) + stack_macs(&a->variance) + linear_macs(&a->variance_head);
    return stack_macs(&a->decoder) + linear_macs(&a->head) + phone * sounding / b->frames;
}

static void *load(gguf *g, const char *path) {
    sotto_error err;
    size_t size;
    void *bytes = read_whole(path, &size);
    if (bytes && gguf_open(g, path, bytes, size, &err) == 0) return bytes;
    printf("%s: %s\n", path, bytes ? err.text : "cannot be read");
    return NULL;
}

static int open_models(bench *b, const char *sound, const char *voice) {
    static gguf g[2];
    sotto_error err = {0, ""};
    if (!load(&g[0], sound) || !load(&g[1], voice)) return 0;
    if (vocoder_bind(&b->sound, &g[0], &err) == 0 && acoustic_bind(&b->voice, &g[1], &err) == 0 && b->sound.mel == b->voice.mel) return 1;
    printf("%s\n", err.text[0] ? err.text : "the two models have not the same mel bands");
    return 0;
}

static float *floats(size_t n) {
    float *p = calloc(n, sizeof(float));
    if (!p) exit(1);
    return p;
}

/* State of both for one kernel table, and the frames. 0 where the clause gives none. */
static int set_up(bench *b, const kernels *k) {
    arena a;
    arena_begin(&a, NULL, 0);
    vocoder_layout(&b->sound, &a, k);
    acoustic_layout(&b->voice, &a, k);
    a = heap_arena(&a);
    vocoder_layout(&b->sound, &a, k);
    acoustic_layout(&b->voice, &a, k);
    make_phones(b->phones);
    b->mel = floats((size_t)FRAMES * b->voice.mel);
    b->pitch = (acoustic_voice *)floats(FRAMES * sizeof *b->pitch / sizeof(float));
    b->row = floats((size_t)CALL * b->sound.width);
    b->raw = floats((size_t)CALL * b->sound.head.rows);
    b->pcm = floats((size_t)CALL * b->sound.hop);
    b->frames = speak(b) / CALL * CALL;
    return b->frames > 0;
}

static void report(bench *b, const char *name) {
    double net[ROUNDS], whole[ROUNDS], voice[ROUNDS];
    run_round(b);
    for (int i = 0; i < ROUNDS; i++) {
        run_round(b);
        net[i] = b->net, whole[i] = b->whole, voice[i] = b->speak;
    }
    stat_sort(net, ROUNDS);
    stat_sort(whole, ROUNDS);
    stat_sort(voice, ROUNDS);
    const double frame = 1e9 * b->sound.hop / b->sound.source.rate;
    printf("%-11s network %6.0f (%6.0f) ns, %5.1f GOPS  vocoder %6.0f (%6.0f) ns  acoustic %6.0f (%6.0f) ns, %5.1f GOPS  together RTF %.5f (%.5f)\n",
           name, net[0], net[ROUNDS / 2], 2 * network_macs(&b->sound) / net[0], whole[0], whole[ROUNDS / 2], voice[0], voice[ROUNDS / 2],
           2 * acoustic_macs(b) / voice[0], (whole[0] + voice[0]) / frame, (whole[ROUNDS / 2] + voice[ROUNDS / 2]) / frame);
}

static FILE *file_in(const char *dir, const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s.f32", dir, name);
    FILE *f = fopen(path, "wb");
    if (!f) {
        perror(path);
        exit(1);
    }
    return f;
}

/* features [frames x mel+2] as the network sees them; pulses and noise from sample 0 of frame 0's window; pcm [frames-ahead x hop]. */
static void dump(bench *b, const char *dir) {
    FILE *features = file_in(dir, "features"), *pulses = file_in(dir, "pulses"), *noise = file_in(dir, "noise"), *pcm = file_in(dir, "pcm");
    vocoder *v = &b->sound;
    float *wave = floats(v->n_fft);
    vocode(b, pcm);
    excitation e = v->source;
    excitation_reset(&e);
    vocoder_reset(v);
    for (uint32_t t = 0; t < b->frames; t++) {
        const vocoder_frame f = frame_at(b, t), before = frame_at(b, t ? t - 1 : 0);
        const uint32_t n = t ? v->hop : v->n_fft / 2;
        vocoder_run(v, b->pcm, &f, 1);
        fwrite(v->input, sizeof(float), v->mel + 2, features);
        excitation_pulses(&e, v->k, wave, n, (excitation_point){before.f0, before.voiced}, (excitation_point){f.f0, f.voiced});
        fwrite(wave, sizeof(float), n, pulses);
        excitation_noise(&e, wave, n);
        fwrite(wave, sizeof(float), n, noise);
    }
    free(wave);
    fclose(features), fclose(pulses), fclose(noise), fclose(pcm);
}

static void answer_lines(bench *b) {
    char line[64];
    while (fgets(line, sizeof line, stdin)) {
        run_round(b);
        printf("%.1f %.1f\n", b->net, b->whole);
        fflush(stdout);
    }
}

static void headline(const bench *b, const char *const *argv) {
    const double per_second = 1e-6 * b->sound.source.rate / b->sound.hop, net = network_macs(&b->sound) * per_second,
                 voice = acoustic_macs(b) * per_second;
    printf("%s, %s: %u frames; M multiply-accumulates a second of speech: vocoder's network %.1f, acoustic %.1f, together %.1f\n", argv[1], argv[2],
           b->frames, net, voice, net + voice);
    fflush(stdout);
}

int main(int argc, char **argv) {
    static bench b;
    int usable, first = 1;
    const kernels *k, *only = argc > 3 ? kernels_select(*argv[3] ? argv[3] : NULL) : NULL;
    if (argc < 3 || (argc > 3 && !only)) return 2;
    if (!open_models(&b, argv[1], argv[2])) return 1;
    for (size_t i = 0; (k = kernels_list(i, &usable)) != NULL; i++) {
        if (!usable || (only && k != only)) continue;
        if (!set_up(&b, k)) return 1;
        if (first) headline(&b, (const char *const *)argv);
        first = 0;
        if (argc > 4) {
            dump(&b, argv[4]);
            printf("%s, kernels %s\n", argv[1], k->name);
            fflush(stdout);
            answer_lines(&b);
        } else {
            report(&b, k->name);
        }
    }
    return 0;
}
