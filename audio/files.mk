CORE_SRC += audio/fft.c audio/stft.c audio/istft.c audio/mel.c audio/pcm.c audio/gain.c audio/vad.c audio/endpoint.c
