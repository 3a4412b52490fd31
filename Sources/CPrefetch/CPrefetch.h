// What Swift has no word for: telling the processor that memory will be read soon.
#ifndef WRIT_CPREFETCH_H
#define WRIT_CPREFETCH_H

/// Lets the processor bring the line at an address into its cache, without waiting for it. Any
/// address may be given; nothing is read.
static inline void writ_prefetch(const void *address) { __builtin_prefetch(address); }

#endif
