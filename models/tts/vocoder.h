/* vocoder: mel frames with pitch in, 16 kHz sound out, one hop a frame.
 *
 * Source and filter in the STFT domain: a small causal convolution network gives, per frame, the log-magnitude and phase of a
 * filter for a pulse train that follows f0, and the log-magnitude of a filter for white noise; both excitations are cut into Hann
 * frames, filtered as spectra, added, and overlap-added. After Wang et al. 2019 (source-filter) and Kaneko et al. 2022 (iSTFT).
 *
 *     vocoder_reset(v);
 *     for each few frames: hand out the vocoder_run(v, pcm, frames, count) hops of pcm     (any count at a time gives the same bits)
 *     while (vocoder_finish(v, pcm)) hand out pcm [hop]        the delayed frames and the overlap's tail
 *
 * The n-th hop that comes out belongs to the n-th frame: its samples lie around the frame's start, 56 samples (3.5 ms) late.
 * Whole clauses may follow one another without finish or reset in between.
 */
#ifndef SOTTO_MODELS_TTS_VOCODER_H
#define SOTTO_MODELS_TTS_VOCODER_H
#include "audio/istft.h"
#include "models/tts/convstack.h"
#include "models/tts/excitation.h"

enum { VOCODER_MAX_MEL = 256, VOCODER_MAX_FFT = 2048, VOCODER_GROUP = 4 }; /* group: frames that share a pass over the weights */

typedef struct vocoder_frame {
    const float *mel; /* [mel bands] normalised log-mel */
    float f0;         /* Hz, > 0 also where unvoiced (carried on); clamped to 40..1000 */
    float voiced;     /* 0..1 */
} vocoder_frame;

typedef struct vocoder {
    /* config, from the file */
    uint32_t mel, width, n_fft, hop, pulse_bands, noise_bands; /* bands divide n_fft/2: value b sits at bin b*(n_fft/2)/(bands-1) */
    float f0_mean, f0_istd;                                    /* normalisation of ln f0 */
    /* weights */
    linear_i8 enter, head; /* [width x mel+2], [2*pulse_bands+noise_bands x width] */
    norm before_head;
    convstack net;
    /* state */
    const kernels *k;
    excitation source;
    excitation_point last; /* of the newest frame */
    stft pulses, noise;
    istft out;
    uint64_t pushed;  /* frames since the reset */
    uint32_t drained; /* frames that finish has added */
    /* scratch */
    float *input; /* [group x mel+2] */
    float *row;   /* [group x width] */
    float *raw;   /* [group x 2*pulse_bands+noise_bands] */
    float *wave;  /* [n_fft/2] excitation segment: n_fft/2 samples at the start, then hop each */
    float *tone;  /* [n_fft/2+1][2] spectrum of the pulses, filtered and summed in place */
    float *hiss;  /* [n_fft/2+1][2] spectrum of the noise */
    quant_scratch quant;
} vocoder;

/* Binds vocoder.gguf (architecture sotto-vocoder); 0, or ERR_MODEL with the line in `err`. */
int vocoder_bind(vocoder *v, const gguf *g, sotto_error *err);
void vocoder_layout(vocoder *v, arena *a, const kernels *k);
void vocoder_reset(vocoder *v);
/* Frames in; returns how many hops of samples are in pcm [count x hop] (about -1..1): as many, but for the first vocoder_ahead frames. */
uint32_t vocoder_run(vocoder *v, float *pcm, const vocoder_frame *frames, uint32_t count);
/* After the last frame: 1 and one more hop, 0 when all is out (then reset before the next run). */
int vocoder_finish(vocoder *v, float *pcm);
uint32_t vocoder_ahead(const vocoder *v); /* frames in before the first hop is out, less one: the look-ahead */

#endif
