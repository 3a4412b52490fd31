#ifndef ALLOCATION_COUNT_H
#define ALLOCATION_COUNT_H

#include <stdint.h>

/// The number of blocks that the calling thread has asked for since it started.
uint64_t allocation_count(void);

#endif
