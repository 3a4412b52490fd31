#ifndef ALLOCATION_COUNT_H
#define ALLOCATION_COUNT_H

#include <stdbool.h>
#include <stdint.h>

/// The number of blocks that the calling thread has asked for since it started.
uint64_t allocation_count(void);

/// Whether this is an optimized build. Without optimization generic code allocates, so that only in such
/// a build a count tells of the code that is tested.
bool is_optimized_build(void);

#endif
