#define _GNU_SOURCE
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <x86intrin.h>

uint64_t bench_ticks(void) {
    unsigned int core;
    uint64_t ticks = __rdtscp(&core);
    _mm_lfence();
    return ticks;
}
#else
uint64_t bench_ticks(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
#endif

int bench_pin(int core) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    return sched_setaffinity(0, sizeof cores, &cores) == 0 ? 0 : errno;
}

int bench_unpin(void) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    for (int core = 0; core < CPU_SETSIZE; core++) CPU_SET(core, &cores);
    return sched_setaffinity(0, sizeof cores, &cores) == 0 ? 0 : errno;
}

void bench_trim(void) { malloc_trim(0); }

void bench_wait_precisely(void) { prctl(PR_SET_TIMERSLACK, 1000); }

int bench_die_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 ? 0 : errno; }

int bench_spawn(const uint8_t *words, int size, int core, const char *log_path) {
    char *arguments[32] = {0};
    int count = 0;
    for (int start = 0, at = 0; at < size; at++) {
        if (words[at] != 0) continue;
        if (count == 31) return -E2BIG;
        arguments[count++] = (char *)words + start;
        start = at + 1;
    }
    if (count == 0) return -EINVAL;
    pid_t child = fork();
    if (child < 0) return -errno;
    if (child > 0) return child;
    // Only calls that are safe after fork in a process with threads.
    int log = open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (log < 0 || dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0) _exit(126);
    if (bench_die_with_parent() != 0) _exit(126);
    if (core >= 0 && bench_pin(core) != 0) _exit(126);
    execv(arguments[0], arguments);
    _exit(127);
}

int bench_poll(int poller, struct epoll_event *events, int maximum, int64_t nanoseconds) {
    struct timespec limit = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    return epoll_pwait2(poller, events, maximum, &limit, NULL);
}
