#include "apps/webapp/worker.h"

#include <pthread.h>

int worker_start(void *(*work)(void *), void *argument)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, WORKER_STACK_SIZE);
    int status = pthread_create(&thread, &attributes, work, argument);
    pthread_attr_destroy(&attributes);
    return status == 0 ? 0 : -1;
}
