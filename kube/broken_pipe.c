#include "kube/broken_pipe.h"

#include <pthread.h>
#include <stddef.h>
#include <time.h>

static sigset_t pipe_signal(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGPIPE);
    return set;
}

void broken_pipe_ignore(sigset_t *before)
{
    const sigset_t set = pipe_signal();
    (void)pthread_sigmask(SIG_BLOCK, &set, before);
}

void broken_pipe_allow(const sigset_t *before)
{
    const sigset_t set = pipe_signal();
    if (sigismember(before, SIGPIPE) == 0) {
        const struct timespec at_once = {0};
        while (sigtimedwait(&set, NULL, &at_once) == SIGPIPE)
            continue;
    }
    (void)pthread_sigmask(SIG_SETMASK, before, NULL);
}
