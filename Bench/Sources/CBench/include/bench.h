// What a benchmark asks of the machine and Swift's Glibc module has no words for: the time stamp
// counter, and the cores that a thread may run on.
#ifndef WRIT_BENCH_H
#define WRIT_BENCH_H

#include <stdint.h>
#include <sys/epoll.h>

/// The processor's time stamp counter, after everything before it has finished; elsewhere the
/// monotonic clock in nanoseconds.
uint64_t bench_ticks(void);

/// Binds the calling thread, and what it starts, to one core; 0, or an error number.
int bench_pin(int core);

/// Lets the calling thread run on all cores again; 0, or an error number.
int bench_unpin(void);

/// Gives back to the system what the allocator holds and nobody uses.
void bench_trim(void);

/// Makes waits of the calling thread end within a microsecond of their time, where the system's
/// default is fifty.
void bench_wait_precisely(void);

/// Asks the system to send SIGKILL to the calling process when its parent ends; 0, or an error
/// number. For the child between fork and exec.
int bench_die_with_parent(void);

/// Starts a program bound to a core (-1: any), its standard output and error sent to a file.
///
/// `words` are the program's path and its arguments, each ended by a zero byte. It is killed when
/// the thread that started it ends. Returns its id, or a negative error number.
int bench_spawn(const uint8_t *words, int size, int core, const char *log_path);

/// Waits for events up to so many nanoseconds, finer than epoll_wait(2) can.
int bench_poll(int poller, struct epoll_event *events, int maximum, int64_t nanoseconds);

#endif
