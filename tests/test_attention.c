/* test_attention: RoPE and attention over a ring against a double-loop oracle written here, for every K/V kind and kernel table. */
#include "tests/llm_common.h"
#include "models/attention.h"
#include "runtime/base/mathx.h"
#include <math.h>

enum { MAX_HEADS = 6, MAX_DIM = 40, MAX_ROWS = 96 };

typedef struct shape {
    uint32_t heads, kv_heads, dim, rope, sinks, window, spare, rows, first, last, position;
} shape;

typedef struct bench { /* one attention with all its rows kept aside */
    shape s;
    kvring kv;
    rope_table rope;
    attention_scratch scratch;
    attention_place place;
    float *angles; /* of the place */
    void *memory;
    float k[MAX_ROWS][MAX_HEADS * MAX_DIM], v[MAX_ROWS][MAX_HEADS * MAX_DIM];
} bench;

static void lay_out(bench *b, arena *a, enum kv_kind kind) {
    const shape *s = &b->s;
    kvring_layout(&b->kv, a, kind, s->kv_heads, s->dim, s->sinks, s->window, s->spare);
    rope_layout(&b->rope, a, s->rope, 10000.0f);
    attention_layout(&b->scratch, a, s->heads, s->dim, s->sinks + s->window);
    b->angles = ARENA_ARRAY(a, float, 2 * s->rope);
}

static bench *make_bench(shape s, enum kv_kind kind) {
    static bench b;
    arena count, a;
    uint64_t seed = 11;
    b.s = s;
    arena_begin(&count, NULL, 0);
    lay_out(&b, &count, kind);
    a = heap_arena(&count);
    b.memory = a.base;
    lay_out(&b, &a, kind);
    kvring_reset(&b.kv);
    for (uint32_t n = 0; n < s.rows; n++) {
        for (uint32_t i = 0; i < s.kv_heads * s.dim; i++) {
            b.k[n][i] = (float)(2 * random_unit(&seed));
            b.v[n][i] = (float)random_unit(&seed);
        }
        uint32_t held = n + 1 < s.sinks + s.window ? n + 1 : s.sinks + s.window;
        attention_set(&b.place, b.angles, &b.rope, &b.kv, n + 1, held - 1, 0, held);
        attention_keep(kernels_select(NULL), &b.scratch, &b.rope, &b.place, &b.kv, b.k[n], b.v[n]);
    }
    attention_set(&b.place, b.angles, &b.rope, &b.kv, s.rows, s.position, s.first, s.last);
    return &b;
}

/* What the ring keeps of a head row: itself, through f16, or through int8 with the rule of runtime/README.md. */
static void as_kept(double *x, uint32_t n, enum kv_kind kind) {
    double amax = 0;
    for (uint32_t i = 0; i < n; i++) amax = fmax(fabs(x[i]), amax);
    for (uint32_t i = 0; i < n; i++) {
        if (kind == KV_F16) x[i] = mathx_f16_to_f32(mathx_f32_to_f16((float)x[i]));
        if (kind == KV_I8) x[i] = amax > 0 ? nearbyint(x[i] * 127 / amax) * amax / 127 : 0;
    }
}

static void turn(double *x, uint32_t rope, int position) {
    for (uint32_t i = 0; i < rope / 2; i++) {
        double angle = position * pow(10000.0, -2.0 * i / rope), a = x[2 * i], b = x[2 * i + 1];
        x[2 * i] = a * cos(angle) - b * sin(angle);
        x[2 * i + 1] = a * sin(angle) + b * cos(angle);
    }
}

/* Row number of a cache position. */
static uint32_t row_at(const shape *s, uint32_t position) {
    uint32_t held = s->sinks + s->window;
    return position < s->sinks || s->rows <= held ? position : s->rows - held + position;
}

/* A key is kept as turned by its row number; the query is turned by as much more as its position is ahead. */
static void oracle(const bench *b, double *out, const float *q) {
    const shape *s = &b->s;
    for (uint32_t h = 0; h < s->heads; h++) {
        double weight[MAX_ROWS], sum = 0, query[MAX_DIM], *y = out + h * s->dim;
        uint32_t g = h / (s->heads / s->kv_heads);
        for (uint32_t i = 0; i < s->dim; i++) y[i] = 0;
        for (uint32_t p = s->first; p < s->last; p++) {
            double key[MAX_DIM], dot = 0;
            int row = (int)row_at(s, p);
            for (uint32_t i = 0; i < s->dim; i++) query[i] = q[h * s->dim + i], key[i] = b->k[row_at(s, p)][g * s->dim + i];
            turn(query, s->rope, row + (int)s->position - (int)p);
            turn(key, s->rope, row);
            as_kept(key, s->dim, b->kv.kind);
            if (b->kv.kind == KV_I8) as_kept(query, s->dim, KV_I8);
            for (uint32_t i = 0; i < s->dim; i++) dot += key[i] * query[i];
            sum += weight[p] = exp(dot / sqrt(s->dim));
        }
        for (uint32_t p = s->first; p < s->last; p++) {
            double value[MAX_DIM];
            for (uint32_t i = 0; i < s->dim; i++) value[i] = b->v[row_at(s, p)][g * s->dim + i];
            as_kept(value, s->dim, b->kv.kind);
            for (uint32_t i = 0; i < s->dim; i++) y[i] += weight[p] / sum * value[i];
        }
    }
}

static const shape shapes[] = {
    {4, 2, 8, 8, 2, 30, 0, 20, 0, 20, 19},   /* filling */
    {6, 2, 32, 32, 4, 60, 0, 90, 0, 64, 63}, /* evicted, grouped, the ring wrapped */
    {6, 2, 32, 32, 4, 40, 7, 70, 0, 44, 43}, /* the same with spare rows: what counts does not begin where the ring does */
    {6, 2, 32, 32, 4, 40, 7, 45, 0, 44, 43}, /* evicted before the ring is full */
    {3, 1, 34, 34, 0, 16, 3, 40, 0, 16, 15}, /* odd sizes, one KV head, no sinks */
    {4, 4, 16, 8, 3, 20, 0, 50, 0, 23, 22},  /* one KV head a query head, part of the head turned */
    {2, 2, 12, 12, 0, 24, 0, 24, 7, 19, 15}, /* a span inside the ring, keys after the query too (encoder) */
    {2, 2, 36, 36, 0, 24, 0, 37, 2, 24, 7},  /* the same over the wrap: some keys are after the query and before it in the ring */
    {2, 1, 2, 2, 1, 1, 0, 9, 0, 2, 1},       /* the smallest */
    {1, 1, 40, 40, 1, 8, 0, 5, 4, 5, 4},     /* one row */
};

static void test_against_oracle(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        for (int kind = KV_F32; kind <= KV_I8; kind++) {
            bench *b = make_bench(shapes[i], (enum kv_kind)kind);
            float q[MAX_HEADS * MAX_DIM], out[MAX_HEADS * MAX_DIM];
            double want[MAX_HEADS * MAX_DIM];
            uint64_t seed = 5 + i;
            for (uint32_t j = 0; j < b->s.heads * b->s.dim; j++) q[j] = (float)(2 * random_unit(&seed));
            oracle(b, want, q);
            attention_run(kernels_select("ref"), &b->scratch, &b->rope, &b->place, &b->kv, out, q, b->s.heads);
            for (uint32_t j = 0; j < b->s.heads * b->s.dim; j++) assert_true(fabs(out[j] - want[j]) < 4e-6);
            free(b->memory);
        }
}

static void test_every_table_same_bits(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        for (int kind = KV_F32; kind <= KV_I8; kind++) {
            bench *b = make_bench(shapes[i], (enum kv_kind)kind);
            size_t bytes = b->s.heads * b->s.dim * sizeof(float);
            float q[MAX_HEADS * MAX_DIM], first[MAX_HEADS * MAX_DIM], out[MAX_HEADS * MAX_DIM];
            uint64_t seed = 9 + i;
            for (uint32_t j = 0; j < b->s.heads * b->s.dim; j++) q[j] = (float)(2 * random_unit(&seed));
            attention_run(kernels_list(0, NULL), &b->scratch, &b->rope, &b->place, &b->kv, first, q, b->s.heads);
            const kernels *k;
            int usable;
            for (size_t t = 0; (k = kernels_list(t, &usable)) != NULL; t++) {
                if (!usable) continue;
                memcpy(out, q, bytes); /* in place */
                attention_run(k, &b->scratch, &b->rope, &b->place, &b->kv, out, out, b->s.heads);
                assert_memory_equal(out, first, bytes);
            }
            free(b->memory);
        }
}

static void turn_row(float *row, const float *turn, uint32_t heads, uint32_t dim) {
    for (uint32_t i = 0; i < heads * dim / 2; i++) {
        float even = row[2 * i], odd = row[2 * i + 1], c = turn[i % (dim / 2)], s = turn[dim / 2 + i % (dim / 2)];
        row[2 * i] = even * c - odd * s;
        row[2 * i + 1] = even * s + odd * c;
    }
}

static void test_rope_golden(void **state) { /* tests/golden/llama_README.txt */
    (void)state;
    size_t n;
    float *in = read_floats("tests/golden/llama_l0_rope_in.f32", &n), *want = read_floats("tests/golden/llama_l0_rope_out.f32", &n);
    arena a;
    rope_table t;
    arena_begin(&a, aligned_alloc(64, 4096), 4096);
    rope_layout(&t, &a, 8, 10000.0f);
    assert_int_equal(n, 24 * 32);
    for (uint32_t p = 0; p < 24; p++) {
        float turn[8];
        rope_angles(&t, turn, p);
        turn_row(in + p * 32, turn, 4, 8);
        for (int i = 0; i < 32; i++) assert_true(fabsf(in[p * 32 + i] - want[p * 32 + i]) < 1e-5f);
    }
    free(in);
    free(want);
    free(a.base);
}

static void test_rope_far(void **state) { /* angles stay exact at positions where a float angle would be off by 1e-3 */
    (void)state;
    arena a;
    rope_table t;
    arena_begin(&a, aligned_alloc(64, 4096), 4096);
    rope_layout(&t, &a, 64, 500000.0f);
    assert_int_equal(a.failed, 0);
    for (uint32_t p = 0; p < 20000; p += 7) {
        float turn[64];
        rope_angles(&t, turn, p);
        for (uint32_t i = 0; i < 32; i++) {
            double angle = p * pow(500000.0, -2.0 * i / 64);
            assert_true(fabs(turn[i] - cos(angle)) < 1e-6 && fabs(turn[32 + i] - sin(angle)) < 1e-6);
        }
    }
    free(a.base);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_oracle), cmocka_unit_test(test_every_table_same_bits),
                                       cmocka_unit_test(test_rope_golden), cmocka_unit_test(test_rope_far)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
