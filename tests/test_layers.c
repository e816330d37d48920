/* Layers against PyTorch (models/train/golden_layers.py), on every kernel table this machine runs; all tables must agree bit for bit. */
#include "models/layers.h"
#include "runtime/base/mathx.h"
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 13, COLS = 37, COUNT = 5, N = 83, CHANNELS = 11, KERNEL = 7, FRAMES = 9 };

static struct { /* the golden GGUF, kept open for all tests */
    void *bytes;
    gguf file;
} model;

static void *read_file(const char *path, size_t *size) {
    FILE *f = fopen(path, "rb");
    if (!f) fail_msg("%s: cannot be opened", path);
    fseek(f, 0, SEEK_END);
    *size = (size_t)ftell(f);
    rewind(f);
    void *bytes = malloc(*size);
    assert_int_equal(fread(bytes, 1, *size, f), *size);
    fclose(f);
    return bytes;
}

/* `count` floats of tests/golden/layers_<name>.f32, which must hold just as many. */
static float *golden(const char *name, size_t count) {
    char path[100];
    size_t size;
    snprintf(path, sizeof path, "tests/golden/layers_%s.f32", name);
    float *x = read_file(path, &size);
    assert_int_equal(size, count * sizeof *x);
    return x;
}

static void near_all(const char *what, const float *got, const float *want, size_t n, double absolute, double relative) {
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)got[i] - want[i]) <= absolute + relative * fabs(want[i])))
            fail_msg("%s[%zu]: %.9g, PyTorch says %.9g", what, i, got[i], want[i]);
}

/* Runs `check` on each table; its output of `n` floats must be the reference's, bit for bit. */
static void on_every_table(void (*check)(const kernels *k, float *out), size_t n) {
    float *first = calloc(n, sizeof *first), *out = calloc(n, sizeof *out);
    int usable, ran = 0;
    const kernels *k;
    for (size_t i = 0; (k = kernels_list(i, &usable)) != NULL; i++) {
        if (!usable) continue;
        check(k, ran ? out : first);
        if (ran && memcmp(out, first, n * sizeof *out) != 0) fail_msg("%s differs from ref", k->name);
        ran++;
    }
    assert_true(ran >= 1);
    free(first);
    free(out);
}

static void linear_on(const kernels *k, float *out) {
    float *x = golden("linear", COUNT * COLS + 2 * COUNT * ROWS);
    linear_i8 l;
    sotto_error err = {0};
    assert_int_equal(linear_bind(&l, &model.file, "fc", ROWS, COLS, 1, &err), 0);
    for (uint32_t slice = 1; slice <= COUNT; slice++) { /* whatever the scratch holds at once */
        int8_t q[COUNT * COLS];
        float scale[COUNT];
        quant_scratch s = {q, scale, slice, COLS};
        linear_run(k, &l, out, x, COUNT, &s);
        for (int i = 0; i < COUNT * ROWS; i++)
            if (out[i] != x[COUNT * COLS + i]) fail_msg("%s: y[%d] = %.9g, expected exactly %.9g", k->name, i, out[i], x[COUNT * COLS + i]);
    }
    free(x);
}

static void real_on(const kernels *k, float *out) {
    float *x = golden("linear", COUNT * COLS + 2 * COUNT * ROWS);
    linear_i8 l;
    sotto_error err = {0};
    int8_t q[COLS];
    float scale[1];
    quant_scratch s = {q, scale, 1, COLS};
    assert_int_equal(linear_bind(&l, &model.file, "real", ROWS, COLS, 1, &err), 0);
    linear_run(k, &l, out, x, COUNT, &s);
    near_all("float linear", out, x + COUNT * COLS + COUNT * ROWS, COUNT * ROWS, 2e-5, 2e-6);
    free(x);
}

static void a_float_layer_computes_in_float(void **state) {
    (void)state;
    on_every_table(real_on, COUNT * ROWS);
}

static void linear_is_exact(void **state) {
    (void)state;
    on_every_table(linear_on, COUNT * ROWS);
}

static void broken_layers_are_refused(void **state) {
    (void)state;
    linear_i8 l = {.rows = 7};
    sotto_error err = {0};
    assert_int_equal(linear_bind(&l, &model.file, "broken", ROWS, COLS, 0, &err), ERR_MODEL);
    assert_non_null(strstr(err.text, "layers_linear.gguf: tensor broken.rowsum: row 4 says "));
    assert_int_equal(linear_bind(&l, &model.file, "fc", COLS, ROWS, 1, &err), ERR_MODEL);
    assert_non_null(strstr(err.text, "tensor fc.weight: shape 37 x 13"));
    assert_int_equal(linear_bind(&l, &model.file, "broken", ROWS, COLS, 1, &err), ERR_MODEL);
    assert_string_equal(err.text, "layers_linear.gguf: tensor broken.bias: is not in the file");
    assert_int_equal(linear_bind(&l, &model.file, "real", COLS, ROWS, 1, &err), ERR_MODEL);
    assert_non_null(strstr(err.text, "tensor real.weight: shape 37 x 13"));
    assert_int_equal(l.rows, 7); /* untouched */
}

/* Every weight of two rows in turn is made -128, then something else. */
static void every_weight_is_checked(void **state) {
    (void)state;
    linear_i8 l, spoiled = {.rows = 7};
    sotto_error err = {0};
    assert_int_equal(linear_bind(&l, &model.file, "fc", ROWS, COLS, 1, &err), 0);
    for (size_t i = 4 * COLS; i < 6 * COLS; i++) {
        char want[100];
        int8_t *w = (int8_t *)(uintptr_t)l.w + i, was = *w;
        *w = -128;
        snprintf(want, sizeof want, "layers_linear.gguf: tensor fc.weight: row %zu holds -128, expected -127..127", i / COLS);
        assert_int_equal(linear_bind(&spoiled, &model.file, "fc", ROWS, COLS, 1, &err), ERR_MODEL);
        assert_string_equal(err.text, want);
        *w = (int8_t)(was == 127 ? -127 : was + 1);
        snprintf(want, sizeof want, "layers_linear.gguf: tensor fc.rowsum: row %zu says %d, expected %d", i / COLS, l.sum[i / COLS],
                 l.sum[i / COLS] + *w - was);
        assert_int_equal(linear_bind(&spoiled, &model.file, "fc", ROWS, COLS, 1, &err), ERR_MODEL);
        assert_string_equal(err.text, want);
        *w = was;
    }
    assert_int_equal(spoiled.rows, 7);
    assert_int_equal(linear_bind(&l, &model.file, "fc", ROWS, COLS, 1, &err), 0);
}

static void norm_on(const kernels *k, float *out, int layer) {
    float *x = golden(layer ? "layernorm" : "rmsnorm", 6 * N);
    norm l;
    sotto_error err = {0};
    assert_int_equal(norm_bind(&l, &model.file, "norm", N, layer ? 1e-5f : 1e-6f, layer, &err), 0);
    (layer ? layernorm_run : rmsnorm_run)(k, &l, out, x, 3);
    near_all(layer ? "layernorm" : "rmsnorm", out, x + 3 * N, 3 * N, 2e-6, 2e-6);
    float kept[3 * N];
    memcpy(kept, out, sizeof kept);
    (layer ? layernorm_run : rmsnorm_run)(k, &l, x, x, 3); /* in place */
    assert_memory_equal(x, kept, sizeof kept);
    free(x);
}

static void layernorm_on(const kernels *k, float *out) {
    norm_on(k, out, 1);
}

static void rmsnorm_on(const kernels *k, float *out) {
    norm_on(k, out, 0);
}

static void norms_match(void **state) {
    (void)state;
    on_every_table(layernorm_on, 3 * N);
    on_every_table(rmsnorm_on, 3 * N);
}

/* As attention does it: the weights, and what they are to be scaled by. */
static void softmax_run(const kernels *k, float *x, uint32_t n) {
    float scale = 1.0f / k->exp_down(x, n);
    for (uint32_t i = 0; i < n; i++) x[i] *= scale;
}

static void softmax_on(const kernels *k, float *out) {
    float *x = golden("softmax", 6 * N), sum = 0;
    memcpy(out, x, 3 * N * sizeof *x);
    for (int i = 0; i < 3; i++) softmax_run(k, out + i * N, N);
    near_all("softmax", out, x + 3 * N, 3 * N, 1e-7, 2e-6);
    for (int i = 0; i < N; i++) sum += out[i];
    assert_true(fabsf(sum - 1.0f) < 1e-5f);
    free(x);
}

static void log_softmax_on(const kernels *k, float *out) {
    float *x = golden("logsoftmax", 6 * N);
    memcpy(out, x, 3 * N * sizeof *x);
    for (int i = 0; i < 3; i++) log_softmax_run(k, out + i * N, N);
    near_all("log_softmax", out, x + 3 * N, 3 * N, 2e-6, 1e-6);
    free(x);
}

static void softmaxes_match(void **state) {
    (void)state;
    on_every_table(softmax_on, 3 * N);
    on_every_table(log_softmax_on, 3 * N);
}

/* Values far apart, one value, a long row: no overflow, no NaN. */
static void softmaxes_stay_finite(void **state) {
    (void)state;
    const kernels *k = kernels_select(NULL);
    float far[4] = {-1e30f, 1e30f, 0, 88}, one[1] = {-7}, long_row[300];
    softmax_run(k, far, 4);
    assert_true(far[1] == 1.0f && far[0] == 0.0f && far[2] == 0.0f);
    log_softmax_run(k, one, 1);
    assert_true(one[0] == 0.0f);
    for (int i = 0; i < 300; i++) long_row[i] = 0;
    log_softmax_run(k, long_row, 300);
    assert_true(fabsf(long_row[299] + 5.7037825f) < 1e-5f);
}

static void silu_on(const kernels *k, float *out) {
    float *x = golden("silu", 6 * N);
    memcpy(out, x, 3 * N * sizeof *x);
    k->silu(out, 3 * N);
    near_all("silu", out, x + 3 * N, 3 * N, 1e-7, 1e-6);
    for (int i = 0; i < 3 * N; i++) assert_true(out[i] == mathx_silu(x[i]));
    free(x);
}

static void glu_on(const kernels *k, float *out) {
    float *x = golden("glu", 6 * N);
    for (int i = 0; i < 2; i++) glu_run(k, out + i * N, x + i * 2 * N, N);
    near_all("glu", out, x + 4 * N, 2 * N, 1e-7, 1e-6);
    free(x);
}

static void gates_match(void **state) {
    (void)state;
    on_every_table(silu_on, 3 * N);
    float *x = golden("gelu", 6 * N), y[3 * N];
    for (int i = 0; i < 3 * N; i++) y[i] = mathx_gelu(x[i]);
    near_all("gelu", y, x + 3 * N, 3 * N, 1e-6, 1e-6);
    on_every_table(glu_on, 2 * N);
    float twice[N];
    memcpy(twice, y, sizeof twice);
    add_run(twice, y, N);
    for (int i = 0; i < N; i++) assert_true(twice[i] == 2 * y[i]);
    free(x);
}

static void depthwise_on(const kernels *k, float *y) {
    size_t weights = (KERNEL + 1) * CHANNELS;
    float *g = golden("depthwise", weights + 2 * FRAMES * CHANNELS), *x = g + weights, *want = x + FRAMES * CHANNELS;
    float hold[(KERNEL - 1) * CHANNELS] = {0};
    for (int t = 0; t < FRAMES; t++, y += CHANNELS) {
        depthwise_step(k, y, hold, x + t * CHANNELS, g, g + KERNEL * CHANNELS, CHANNELS, KERNEL);
        near_all("depthwise", y, want + t * CHANNELS, CHANNELS, 2e-6, 1e-6);
    }
    assert_memory_equal(hold + (KERNEL - 2) * CHANNELS, x + (FRAMES - 1) * CHANNELS, CHANNELS * sizeof *x);
    free(g);
}

static void depthwise_streams_as_pytorch_convolves(void **state) {
    (void)state;
    on_every_table(depthwise_on, FRAMES * CHANNELS);
    float one[2] = {3, 4}, w[2] = {2, -1}, bias[2] = {1, 0}, out[2]; /* kernel 1: no state at all */
    depthwise_step(kernels_select("ref"), out, NULL, one, w, bias, 2, 1);
    assert_true(out[0] == 7.0f && out[1] == -4.0f);
}

static int open_model(void **state) {
    (void)state;
    size_t size;
    sotto_error err;
    model.bytes = read_file("tests/golden/layers_linear.gguf", &size);
    return gguf_open(&model.file, "layers_linear.gguf", model.bytes, size, &err);
}

static int close_model(void **state) {
    (void)state;
    free(model.bytes);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_is_exact),
        cmocka_unit_test(a_float_layer_computes_in_float),
        cmocka_unit_test(broken_layers_are_refused),
        cmocka_unit_test(every_weight_is_checked),
        cmocka_unit_test(norms_match),
        cmocka_unit_test(softmaxes_match),
        cmocka_unit_test(softmaxes_stay_finite),
        cmocka_unit_test(gates_match),
        cmocka_unit_test(depthwise_streams_as_pytorch_convolves),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
