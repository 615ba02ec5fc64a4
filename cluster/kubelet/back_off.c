#include "cluster/kubelet/back_off.h"

int64_t back_off_until(const struct back_off *back_off, int64_t failed)
{
    return failed + back_off->wait;
}

void back_off_raise(struct back_off *back_off, int64_t base, int64_t maximum, int64_t reset, int64_t now)
{
    if (back_off->wait == 0 || now - back_off->raised > reset)
        back_off->wait = base;
    else
        back_off->wait = back_off->wait > maximum / 2 ? maximum : back_off->wait * 2;
    back_off->raised = now;
}
