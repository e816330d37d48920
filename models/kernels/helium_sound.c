/* helium_sound: the vocoder's filters and pulses and the depthwise convolution on Cortex-M55 and M85, four values at a time.
 *
 * A filter works in place, so its results are judged by the flags before they are stored; the others are written again by the reference
 * when a denormal came of them.
 */
#include "models/kernels/helium.h"
#include <string.h>

enum { COLUMNS = 16 };

/* 16 columns of y = bias + taps; 0: a denormal came, nothing is stored. */
static int taps_sixteen(float *y, const float *bias, const float *tap, const float *const *x, size_t at, size_t taps, size_t n) {
    float32x4_t a = vldrwq_f32(bias), b = vldrwq_f32(bias + 4), c = vldrwq_f32(bias + 8), d = vldrwq_f32(bias + 12);
    for (; taps > 0; taps--, tap += n) {
        const float *in = *x++ + at;
        a = vaddq_f32(a, vmulq_f32(vldrwq_f32(tap), vldrwq_f32(in)));
        b = vaddq_f32(b, vmulq_f32(vldrwq_f32(tap + 4), vldrwq_f32(in + 4)));
        c = vaddq_f32(c, vmulq_f32(vldrwq_f32(tap + 8), vldrwq_f32(in + 8)));
        d = vaddq_f32(d, vmulq_f32(vldrwq_f32(tap + 12), vldrwq_f32(in + 12)));
    }
    vst1q_f32(y, a), vst1q_f32(y + 4, b), vst1q_f32(y + 8, c), vst1q_f32(y + 12, d);
    return mve_flags() == 0;
}

static void taps_some(float *y, const float *bias, const float *tap, const float *const *x, size_t at, size_t taps, size_t stride, size_t n) {
    for (size_t c = 0; c < n; c++) {
        float sum = bias[c];
        for (size_t k = 0; k < taps; k++) sum += tap[k * stride + c] * x[k][at + c];
        y[c] = sum;
    }
}

void mve_taps_f32(float *y, const float *bias, const float *tap, const float *const *x, size_t taps, size_t n) {
    size_t c = 0;
    for (; c + COLUMNS <= n; c += COLUMNS) {
        mve_flags_clear();
        if (!taps_sixteen(y + c, bias + c, tap + c, x, c, taps, n)) taps_some(y + c, bias + c, tap + c, x, c, taps, n, COLUMNS);
    }
    taps_some(y + c, bias + c, tap + c, x, c, taps, n, n - c);
}

/* ---- filters ---- */

/* Where the values of four bins lie on a line between bands 1, 2 or 4 bins apart. */
typedef struct line {
    uint32x4_t low;   /* band before the bin, counted from that of the first of the four */
    float32x4_t part; /* how far the bin is from it */
    int32x4_t on;     /* below 0 where it is there */
    size_t step;
} line;

static line line_of(size_t step) {
    const uint32x4_t bin = vidupq_n_u32(0, 1), inside = vandq_u32(bin, vdupq_n_u32((uint32_t)step - 1));
    line l = {.step = step, .part = vmulq_n_f32(vcvtq_f32_u32(inside), 1.0f / (float)step), .on = vsubq_n_s32(vreinterpretq_s32_u32(inside), 1)};
    l.low = step == 1 ? bin : step == 2 ? vshrq_n_u32(bin, 1) : vdupq_n_u32(0);
    return l;
}

/* Held between two limits; not a number: the low one. */
static inline float32x4_t line_at(const line *l, const float *band, size_t bin, float low, float high) {
    const float *from = band + bin / l->step;
    const float32x4_t a = vldrwq_gather_shifted_offset_f32(from, l->low), b = vldrwq_gather_shifted_offset_f32(from + 1, l->low);
    const float32x4_t v = vpselq_f32(a, vaddq_f32(a, vmulq_f32(vsubq_f32(b, a), l->part)), vcmpltq_n_s32(l->on, 0));
    return vminnmq_f32(vmaxnmq_f32(v, vdupq_n_f32(low)), vdupq_n_f32(high));
}

/* mathxi_sincos_quadrant, its multiplies and adds in its order. */
static inline void sincos_quadrant(float32x4_t r, uint32x4_t quadrant, float32x4_t *s, float32x4_t *c) {
    const float32x4_t z = vmulq_f32(r, r);
    float32x4_t sp = vaddq_n_f32(vmulq_n_f32(z, -1.9515295891e-4f), 8.3321608736e-3f);
    sp = vaddq_n_f32(vmulq_f32(sp, z), -1.6666654611e-1f);
    sp = vaddq_f32(vmulq_f32(vmulq_f32(sp, z), r), r);
    float32x4_t cp = vaddq_n_f32(vmulq_n_f32(z, 2.443315711809948e-5f), -1.388731625493765e-3f);
    cp = vaddq_n_f32(vmulq_f32(cp, z), 4.166664568298827e-2f);
    cp = vaddq_n_f32(vsubq_f32(vmulq_f32(cp, vmulq_f32(z, z)), vmulq_n_f32(z, 0.5f)), 1.0f);
    const mve_pred16_t odd = vcmpltq_n_s32(vreinterpretq_s32_u32(vshlq_n_u32(quadrant, 31)), 0);
    const uint32x4_t sine = vreinterpretq_u32_f32(vpselq_f32(cp, sp, odd)), cosine = vreinterpretq_u32_f32(vpselq_f32(sp, cp, odd));
    const uint32x4_t half = vshrq_n_u32(quadrant, 1), next = vshrq_n_u32(vaddq_n_u32(quadrant, 1), 1);
    *s = vreinterpretq_f32_u32(veorq_u32(sine, vshlq_n_u32(half, 31)));
    *c = vreinterpretq_f32_u32(veorq_u32(cosine, vshlq_n_u32(next, 31)));
}

static inline void sincos_of(float32x4_t x, float32x4_t *s, float32x4_t *c) {
    const float32x4_t shifted = vaddq_n_f32(vmulq_n_f32(x, 0.636619772f), MATHXI_ROUND), n = vsubq_n_f32(shifted, MATHXI_ROUND);
    float32x4_t r = vsubq_f32(x, vmulq_n_f32(n, 1.5703125f));
    r = vsubq_f32(r, vmulq_n_f32(n, 4.837512969970703e-4f));
    r = vsubq_f32(r, vmulq_n_f32(n, 7.54978995489188e-8f));
    sincos_quadrant(r, vreinterpretq_u32_f32(shifted), s, c);
}

static inline void sincos_turn(uint32x4_t turn, float32x4_t *s, float32x4_t *c) {
    const uint32x4_t quadrant = vshrq_n_u32(vaddq_n_u32(turn, 0x20000000), 30);
    const int32x4_t rest = vreinterpretq_s32_u32(vsubq_u32(turn, vshlq_n_u32(quadrant, 30)));
    sincos_quadrant(vmulq_n_f32(vcvtq_f32_s32(rest), 1.46291807926716e-9f), quadrant, s, c);
}

static inline uint32_t flags_of(float32x4x2_t v) {
    uint32_t fpscr;
    __asm__ volatile("vmrs %0, fpscr" : "=r"(fpscr) : "w"(v.val[0]), "w"(v.val[1]) : "memory");
    return fpscr & MVE_ODD;
}

/* Four bins; 0: a denormal came, or a band is infinite: nothing is stored. */
static inline int filter_four(float *tone, const float *hiss, const kernel_filter *f, const line *pulse, const line *noise, size_t bin) {
    float32x4_t s, c;
    mve_flags_clear();
    const float32x4_t m = mve_exp_core(line_at(pulse, f->size, bin, KERNEL_LOG_LOW, KERNEL_LOG_HIGH));
    sincos_of(line_at(pulse, f->angle, bin, -KERNEL_ANGLE_MOST, KERNEL_ANGLE_MOST), &s, &c);
    const float32x4x2_t t = vld2q_f32(tone);
    float32x4x2_t out = {{vmulq_f32(m, vsubq_f32(vmulq_f32(t.val[0], c), vmulq_f32(t.val[1], s))),
                          vmulq_f32(m, vaddq_f32(vmulq_f32(t.val[0], s), vmulq_f32(t.val[1], c)))}};
    const float32x4_t g = mve_exp_core(line_at(noise, f->gain, bin, KERNEL_LOG_LOW, KERNEL_LOG_HIGH));
    const float32x4x2_t h = vld2q_f32(hiss);
    out.val[0] = vaddq_f32(out.val[0], vmulq_f32(g, h.val[0]));
    out.val[1] = vaddq_f32(out.val[1], vmulq_f32(g, h.val[1]));
    if (flags_of(out)) return 0;
    vst2q_f32(tone, out);
    return 1;
}

static int step_fits(size_t step) {
    return step == 1 || step == 2 || step == 4;
}

void mve_filter(float *tone, const float *hiss, const kernel_filter *f, size_t bins) {
    size_t bin = 0;
    if (step_fits(f->pulse_step) && step_fits(f->noise_step)) {
        const line pulse = line_of(f->pulse_step), noise = line_of(f->noise_step);
        for (; bin + MVE_WORDS < bins; bin += MVE_WORDS) { /* the last bin lies on the last band */
            if (filter_four(tone + 2 * bin, hiss + 2 * bin, f, &pulse, &noise, bin)) continue;
            const kernel_filter some = {f->size + bin / f->pulse_step, f->angle + bin / f->pulse_step, f->gain + bin / f->noise_step, f->pulse_step,
                                        f->noise_step};
            kernels_ref.filter(tone + 2 * bin, hiss + 2 * bin, &some, MVE_WORDS);
        }
    }
    const kernel_filter rest = {f->size + bin / f->pulse_step, f->angle + bin / f->pulse_step, f->gain + bin / f->noise_step, f->pulse_step,
                                f->noise_step};
    kernels_ref.filter(tone + 2 * bin, hiss + 2 * bin, &rest, bins - bin);
}

/* ---- pulses ---- */

/* a / b: MVE has no division and no square root; the scalar unit has both, on the same registers. */
static inline float32x4_t quotient(float32x4_t a, float32x4_t b) {
    register float32x4_t x __asm__("q0") = a, y __asm__("q1") = b;
    __asm__("vdiv.f32 s0, s0, s4\n\tvdiv.f32 s1, s1, s5\n\tvdiv.f32 s2, s2, s6\n\tvdiv.f32 s3, s3, s7" : "+w"(x) : "w"(y));
    return x;
}

static inline float32x4_t root(float32x4_t a) {
    register float32x4_t x __asm__("q0") = a;
    __asm__("vsqrt.f32 s0, s0\n\tvsqrt.f32 s1, s1\n\tvsqrt.f32 s2, s2\n\tvsqrt.f32 s3, s3" : "+w"(x));
    return x;
}

/* vec_pulses for samples first..first+3. */
static inline float32x4_t pulses_four(uint32x4_t turn, const kernel_pulses *p, uint32_t first) {
    float32x4_t low, high, last, unused;
    const float32x4_t u = vmulq_n_f32(vcvtq_f32_u32(vaddq_n_u32(vidupq_n_u32(0, 1), first)), p->step);
    const float32x4_t harmonics = quotient(vdupq_n_f32(p->top), vaddq_n_f32(vmulq_n_f32(u, p->f0[1] - p->f0[0]), p->f0[0]));
    const uint32x4_t whole = vreinterpretq_u32_s32(vcvtq_s32_f32(harmonics)), half = vshrq_n_u32(turn, 1);
    const float32x4_t count = vcvtq_f32_u32(whole);
    sincos_turn(half, &low, &unused);
    sincos_turn(vmulq_u32(vaddq_n_u32(vshlq_n_u32(whole, 1), 1), half), &high, &unused);
    sincos_turn(vmulq_u32(vaddq_n_u32(whole, 1), turn), &unused, &last);
    const mve_pred16_t top = vcmpltq_n_f32(vabsq_f32(low), KERNEL_PULSE_NEAR);
    const float32x4_t near = vpselq_f32(vdupq_n_f32(1.0f), low, top);
    const float32x4_t sum = vsubq_n_f32(quotient(high, vmulq_n_f32(near, 2.0f)), 0.5f);
    const float32x4_t all = vaddq_f32(vpselq_f32(count, sum, top), vmulq_f32(vsubq_f32(harmonics, count), last));
    const float32x4_t loud = vaddq_n_f32(vmulq_n_f32(u, p->voiced[1] - p->voiced[0]), p->voiced[0]);
    return vmulq_f32(vmulq_f32(all, root(quotient(vdupq_n_f32(2.0f), harmonics))), loud);
}

void mve_pulses(float *out, const uint32_t *turn, const kernel_pulses *p, size_t from, size_t n) {
    size_t j = 0;
    mve_flags_clear();
    for (; j + MVE_WORDS <= n; j += MVE_WORDS) vst1q_f32(out + j, pulses_four(vld1q_u32(turn + j), p, (uint32_t)(from + j)));
    if (mve_flags()) j = 0;
    kernels_ref.pulses(out + j, turn + j, p, from + j, n - j);
}
