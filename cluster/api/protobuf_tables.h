/*
 * The tables by which protobuf_body.c decodes: fields by their numbers in the generated.proto files of k8s.io/api. Nobody
 * else includes this but files that hold such tables.
 */
#ifndef CLUSTER_API_PROTOBUF_TABLES_H
#define CLUSTER_API_PROTOBUF_TABLES_H

#include <stdbool.h>

enum proto_type {
    PROTO_TEXT,
    PROTO_INTEGER,     /* left out when it is 0 */
    PROTO_INTEGER_SET, /* an optional one: 0 counts */
    PROTO_BOOLEAN,     /* an optional one: false counts */
    PROTO_FLAG,        /* left out when it is false */
    PROTO_MESSAGE,
    PROTO_INLINE, /* a message whose members are this one's in JSON */
    PROTO_TEXT_MAP,
    PROTO_BYTES_MAP,
    PROTO_QUANTITY_MAP,
    PROTO_QUANTITY,
    PROTO_INT_OR_TEXT,
    PROTO_PASSED_OVER, /* what only the server sets */
};

struct proto_field {
    unsigned number; /* 0 ends the table */
    const char *name;
    enum proto_type type;
    bool repeated;
    const struct proto_field *fields; /* of PROTO_MESSAGE and PROTO_INLINE */
};

struct proto_kind {
    const char *version; /* NULL = any */
    const char *kind;    /* NULL ends the table */
    const struct proto_field *fields;
};

/* protobuf_workload.c */
extern const struct proto_kind protobuf_workload_kinds[];
extern const struct proto_field protobuf_metadata_fields[];
extern const struct proto_field protobuf_selector_fields[]; /* LabelSelector */

/* protobuf_pod.c */
extern const struct proto_field protobuf_template_fields[]; /* PodTemplateSpec */

/* protobuf_access.c */
extern const struct proto_kind protobuf_access_kinds[];

/* protobuf_batch.c */
extern const struct proto_kind protobuf_batch_kinds[];

#endif
