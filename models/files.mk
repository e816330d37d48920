CORE_SRC += models/tts/convstack.c
CORE_SRC += models/tts/excitation.c
CORE_SRC += models/tts/vocoder.c
CORE_SRC += models/tts/acoustic.c
CORE_SRC += models/layers.c
