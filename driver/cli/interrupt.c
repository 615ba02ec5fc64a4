#include "driver/cli/interrupt.h"

#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

static atomic_bool interrupted;

static void on_signal(int signal)
{
    if (atomic_exchange(&interrupted, true))
        _exit(128 + signal);
}

const atomic_bool *interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    return &interrupted;
}
