/*
 * Objects of somebody's that a run changes for its time and puts back: one's spec, exactly, and not what others have made of it
 * in the meantime.
 */
#ifndef DRIVER_RUN_PUT_BACK_H
#define DRIVER_RUN_PUT_BACK_H

#include "driver/store/run_store.h"
#include "kube/kube.h"

/* Gives the object at path the spec that change makes of its present one, after the present one was kept in the store. change
 * takes the spec and returns what it is to become, as json_merge_patch does. */
int put_back_change(struct kube_client *client, struct run_store *store, const char *path,
                    cJSON *(*change)(cJSON *spec_take, const void *context), const void *context, struct error *error);

enum put_back_result {
    PUT_BACK_DONE,
    PUT_BACK_NEEDLESS, /* it was as it had been, or is no longer there */
    PUT_BACK_CONFLICT, /* somebody else has changed it since; error says what */
    PUT_BACK_FAILED
};

/* Tells what became of one object; error is empty unless it is a conflict or failed. */
typedef void put_back_told(void *context, const struct kept_object *object, enum put_back_result result,
                           const struct error *error);

/* Puts back everything that the run still keeps, the newest first, and lets go of it in the store (unless it is a conflict or
 * failed). force: also over what somebody else has made of it. -1 when the store cannot be read. */
int put_back_all(struct kube_client *client, struct run_store *store, bool force, put_back_told *told, void *context,
                 struct error *error);

#endif
