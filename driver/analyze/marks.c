#include "driver/analyze/marks.h"

#include <stdlib.h>
#include <string.h>

#include "driver/analyze/array.h"

void marks_release(struct marks *marks)
{
    free(marks->marks);
    marks->marks = NULL;
    marks->count = 0;
}

void marks_see_step(struct marks *marks, int64_t time, const struct change *change)
{
    *ARRAY_ADD(marks->marks, marks->count) =
        (struct mark){.time = time, .kind = MARK_STEP, .job = "", .text = texts_keep(marks->texts, change->text)};
}

static bool has_condition(const cJSON *job, const char *type)
{
    const cJSON *condition;
    cJSON_ArrayForEach (condition, json_get(job, "status", "conditions")) {
        if (strcmp(json_text(json_get(condition, "type"), ""), type) == 0)
            return strcmp(json_text(json_get(condition, "status"), ""), "True") == 0;
    }
    return false;
}

static bool is_known(const struct marks *marks, const char *job)
{
    for (size_t index = 0; index < marks->count; index++) {
        if (marks->marks[index].job == job)
            return true;
    }
    return false;
}

void marks_see_job(struct marks *marks, int64_t time, const struct change *change)
{
    bool failed = has_condition(change->object, "Failed");
    const char *job = texts_keep(marks->texts, json_text(json_get(change->object, "metadata", "uid"), change->name));
    if ((!failed && !has_condition(change->object, "Complete")) || is_known(marks, job))
        return;
    *ARRAY_ADD(marks->marks, marks->count) =
        (struct mark){.time = time,
                      .kind = failed ? MARK_JOB_FAILED : MARK_JOB_COMPLETE,
                      .job = job,
                      .text = texts_format(marks->texts, "Job %s %s", change->name, failed ? "failed" : "complete")};
}
