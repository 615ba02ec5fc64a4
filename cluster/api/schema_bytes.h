/*
 * Bytes in JSON: Go's []byte is base64 text. Judged where an object is decoded, as Kubernetes does.
 */
#ifndef CLUSTER_API_SCHEMA_BYTES_H
#define CLUSTER_API_SCHEMA_BYTES_H

#include "common/error.h"
#include "common/json.h"

/* Makes a string the base64 that Kubernetes would send (line breaks go). -1 with Go's words when it is no base64. */
int schema_normalize_bytes(cJSON **value, struct error *error);

#endif
