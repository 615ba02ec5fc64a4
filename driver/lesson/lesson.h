/*
 * A lesson: what to run, against which manifests, under which load, and what it should show. Read from lesson.yaml
 * (docs/lessons.md describes every field); each mistake is named by file, line and column.
 */
#ifndef DRIVER_LESSON_LESSON_H
#define DRIVER_LESSON_LESSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "driver/fleet/fleet_spec.h"
#include "driver/load/spec.h"

/* A list of texts, owned. */
struct text_list {
    size_t count;
    char **texts;
};

/* Done before a variant's manifests are applied, and undone after it. */
struct lesson_scale {
    char *namespace;
    char *deployment;
    int replicas;
};

enum lesson_start {
    START_CREATED, /* the variant's objects are there: load begins, whatever has become of them */
    START_READY,   /* the variant's Deployments are available: load begins */
    START_METRICS  /* and the HPA has a metric and rests at its minimum */
};

enum lesson_settle {
    SETTLE_NONE,
    SETTLE_FOR,         /* a fixed time after the load */
    SETTLE_MIN_REPLICAS /* until the HPA's target is back at minReplicas and the pods are gone */
};

/* k6's abortOnFail. */
struct lesson_abort {
    size_t expectation; /* place in the variant's list */
    int64_t delay;      /* nanoseconds since the load's start; before, it ends nothing */
};

struct lesson_variant {
    char *name;
    char *title;                /* "" when there is none */
    struct text_list manifests; /* files or folders, resolved to paths that exist; none in a namespace that exists */
    struct text_list expect;
    size_t abort_count;
    struct lesson_abort *aborts; /* expectations that end the load when they fail */
    char *behavior;              /* the watched HPA's spec.behavior while the variant runs, JSON; NULL = as it is */
    char *patch;                 /* a JSON merge patch of the watched HPA's spec while the variant runs; NULL = none */
    size_t scale_count;
    struct lesson_scale *scale;
    struct fleet_spec generators;
};

enum lesson_action {
    ACTION_APPLY, /* manifests, as a variant's */
    ACTION_PATCH, /* one object of the variant's namespace, by a JSON merge patch */
    ACTION_KILL   /* a generator's pod, without grace */
};

/* Something that is done to the cluster while the run is measured. */
struct lesson_step {
    int64_t at; /* nanoseconds since the load's start */
    enum lesson_action action;
    struct text_list manifests;      /* ACTION_APPLY */
    char *api_version, *kind, *name; /* ACTION_PATCH: of what */
    char *merge;                     /* ACTION_PATCH: JSON */
    int generator;                   /* ACTION_KILL: its part, from 1 */
    struct text_list variants;       /* names of those that have the step; none = all have it */
};

struct lesson {
    char *file; /* as given */
    char *text; /* the YAML */
    char *hash; /* SHA-256 of text, hex */
    char *name;
    char *title;
    char *explanation; /* README.md beside it, "" when there is none */
    char *namespace;   /* an existing one that the lesson works in, where it makes nothing; "" = one is made for each variant */
    char *watch_hpa;   /* "" = none */
    char *watch_workload; /* without an HPA: "deployment/NAME" or "statefulset/NAME"; "" = none */
    size_t variant_count;
    struct lesson_variant *variants;
    size_t load_count;
    struct load_spec *loads;
    int64_t duration; /* the run is measured so long even if the loads end before; nanoseconds, 0 = as long as they last */
    bool endless;     /* measured until the user ends it */
    size_t step_count;
    struct lesson_step *steps; /* in order of time */
    struct load_spec *warm_up; /* sent before the load, its results are thrown away; NULL = none */
    enum lesson_start start;
    int64_t start_timeout; /* nanoseconds */
    enum lesson_settle settle;
    int64_t settle_time; /* SETTLE_FOR: how long; SETTLE_MIN_REPLICAS: at most; nanoseconds */
    int64_t spike_over;  /* nanoseconds */
};

/* Whether the variant has the step. */
bool lesson_step_is_of(const struct lesson_step *step, const struct lesson_variant *variant);

/* Checks one expectation's syntax; 0 or -1 with what is wrong. */
typedef int lesson_check_expectation(const char *text, struct error *error);

/* Reads path (a lesson.yaml, or the folder that holds one). pace: "quick" or "kubernetes", picks the values under
 * spec.pace. NULL with an error that begins with file:line:column. */
struct lesson *lesson_read(const char *path, const char *pace, lesson_check_expectation *check, struct error *error);

/* The same of a text that no file holds; name stands in the error. */
struct lesson *lesson_parse(const char *name, const char *text, const char *pace, lesson_check_expectation *check,
                            struct error *error);

void lesson_destroy(struct lesson *lesson);

/* Whether it works in a namespace that exists, and makes nothing there. */
bool lesson_is_live(const struct lesson *lesson);

/* Whether a variant changes the watched HPA for its time. */
bool lesson_changes_hpa(const struct lesson *lesson);

/* What a run of the lesson watches: the HPA's name, "deployment/NAME", "statefulset/NAME", or "". */
const char *lesson_watched(const struct lesson *lesson);

/* How long the run is measured before it settles: to the end of its loads, its duration and its last step. Nanoseconds. */
int64_t lesson_load_duration(const struct lesson *lesson);

#endif
