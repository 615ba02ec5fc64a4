/*
 * PersistentVolumeClaims get a PersistentVolume: a folder of the node's that outlives pods and goes with the claim. Keys:
 * claims (namespace/name) and volumes (name). The rules are those of Kubernetes's persistentvolume-binder, of the
 * controllers that protect claims and volumes in use, and of a provisioner (VOLUME_PROVISIONER).
 */
#ifndef CLUSTER_CONTROLLERS_VOLUME_BINDER_H
#define CLUSTER_CONTROLLERS_VOLUME_BINDER_H

#include "cluster/controllers/runtime.h"

extern const struct controller_functions volume_binder_functions;

#endif
