// Included before every file that `make native` compiles. GCC before 12.4 and 13.3 takes the configuration of
// AMX's tiles for 8 bytes instead of 64 (its bug 114098), and drops the stores to the rest of it: the program
// ends with a general protection fault at the first prompt.
#if defined(__cplusplus) && defined(__AMX_TILE__) && defined(__GNUC__) && !defined(__clang__)
#include <immintrin.h>
#undef _tile_loadconfig
#define _tile_loadconfig(config) __asm__ volatile("ldtilecfg %0" ::"m"(*(const char(*)[64])(config)))
#endif
