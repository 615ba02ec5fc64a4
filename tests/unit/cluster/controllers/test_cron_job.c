/* CronJobs: when jobs start, what runs beside what, which stay, and the clock that schedules are read on. */
#include "cluster/controllers/cron_clock.h"
#include "tests/unit/cluster/controllers/fixture.h"

/* Noon of a Tuesday, in UTC. */
#define START "2026-06-09T12:00:20Z"

/* The fixture's clock starts at START. Objects are stamped by the real clock: their creation is overwritten by
 * lastScheduleTime, which counts first. */
static void make_cron_job(struct fixture *fixture, const char *spec)
{
    AUTO_FREE char *text =
        memory_format("{\"metadata\":{\"name\":\"tick\"},\"spec\":{%s,\"jobTemplate\":{\"metadata\":{\"labels\":{"
                      "\"a\":\"b\"}},\"spec\":{\"template\":{\"spec\":{\"restartPolicy\":\"Never\",\"containers\":[{"
                      "\"name\":\"w\",\"image\":\"hpalab:0.1.0\"}]}}}}}}",
                      spec);
    assert_int_equal(clock_parse(START, &fixture->wall, NULL), 0);
    fixture_make(fixture, RESOURCE_CRONJOBS, "default", text);
    fixture_change(fixture, RESOURCE_CRONJOBS, "default", "tick", SUBRESOURCE_STATUS,
                   "{\"status\":{\"lastScheduleTime\":\"2026-06-09T12:00:00Z\"}}");
    fixture_settle(fixture);
}

static size_t jobs(struct fixture *fixture)
{
    return fixture_count(fixture, RESOURCE_JOBS, "default");
}

static int active(struct fixture *fixture)
{
    AUTO_OBJECT struct object *cron_job = fixture_get(fixture, RESOURCE_CRONJOBS, "default", "tick");
    return cJSON_GetArraySize(json_get(object_tree(cron_job), "status", "active"));
}

static void check_status(struct fixture *fixture, const char *member, const char *expected)
{
    AUTO_OBJECT struct object *cron_job = fixture_get(fixture, RESOURCE_CRONJOBS, "default", "tick");
    assert_string_equal(json_text(json_get(object_tree(cron_job), "status", member), ""), expected);
}

/* A job's name: that of a time, in minutes since 1970. */
static char *name_at(const char *time)
{
    int64_t wall = 0;
    assert_int_equal(clock_parse(time, &wall, NULL), 0);
    return memory_format("tick-%lld", (long long)(wall / NANOSECONDS_PER_SECOND / 60));
}

static bool has_job(struct fixture *fixture, const char *time)
{
    AUTO_FREE char *name = name_at(time);
    AUTO_OBJECT struct object *job = fixture_get(fixture, RESOURCE_JOBS, "default", name);
    return job != NULL;
}

static void end_job(struct fixture *fixture, const char *time, const char *type)
{
    char now[CLOCK_TEXT_SIZE];
    clock_format_seconds(fixture->wall, now);
    AUTO_FREE char *name = name_at(time);
    AUTO_FREE char *patch = memory_format("{\"status\":{\"startTime\":\"%s\",\"completionTime\":\"%s\",\"conditions\":[{\"type\":"
                                          "\"%s\",\"status\":\"True\"}]}}",
                                          time, now, type);
    fixture_change(fixture, RESOURCE_JOBS, "default", name, SUBRESOURCE_STATUS, patch);
    fixture_settle(fixture);
}

static void test_each_minute(void **state)
{
    struct fixture *fixture = *state;
    make_cron_job(fixture, "\"schedule\":\"*/1 * * * *\"");
    fixture_advance(fixture, 39);
    assert_int_equal(jobs(fixture), 0);
    fixture_advance(fixture, 2);
    assert_int_equal(jobs(fixture), 1);
    assert_true(has_job(fixture, "2026-06-09T12:01:00Z"));
    assert_int_equal(active(fixture), 1);
    check_status(fixture, "lastScheduleTime", "2026-06-09T12:01:00Z");
    AUTO_FREE char *name = name_at("2026-06-09T12:01:00Z");
    AUTO_FREE char *created = memory_format("Created job %s", name);
    AUTO_FREE char *completed = memory_format("Saw completed job: %s, condition: Complete", name);
    assert_true(fixture_has_event(fixture, "SuccessfulCreate", created));
    AUTO_OBJECT struct object *job = fixture_get(fixture, RESOURCE_JOBS, "default", name);
    const cJSON *metadata = json_get(object_tree(job), "metadata");
    assert_string_equal(json_text(json_get(metadata, "annotations", "batch.kubernetes.io/cronjob-scheduled-timestamp"), ""),
                        "2026-06-09T12:01:00Z");
    assert_string_equal(json_text(json_get(metadata, "labels", "a"), ""), "b");
    assert_string_equal(json_text(json_get(cJSON_GetArrayItem(json_get(metadata, "ownerReferences"), 0), "kind"), ""), "CronJob");
    end_job(fixture, "2026-06-09T12:01:00Z", "Complete");
    assert_int_equal(active(fixture), 0);
    assert_true(fixture_has_event(fixture, "SawCompletedJob", completed));
    check_status(fixture, "lastSuccessfulTime", "2026-06-09T12:01:01Z");
    fixture_advance(fixture, 60);
    assert_int_equal(jobs(fixture), 2);
}

static void test_allow(void **state)
{
    struct fixture *fixture = *state;
    make_cron_job(fixture, "\"schedule\":\"* * * * *\"");
    fixture_advance(fixture, 41);
    fixture_advance(fixture, 60);
    assert_int_equal(active(fixture), 2);
}

static void test_forbid(void **state)
{
    struct fixture *fixture = *state;
    make_cron_job(fixture, "\"schedule\":\"* * * * *\",\"concurrencyPolicy\":\"Forbid\"");
    fixture_advance(fixture, 41);
    fixture_advance(fixture, 60);
    assert_int_equal(jobs(fixture), 1);
    assert_true(fixture_has_event(fixture, "JobAlreadyActive",
                                  "Not starting job because prior execution is running and concurrency policy is Forbid"));
    /* What was held back starts when the way is free. */
    end_job(fixture, "2026-06-09T12:01:00Z", "Complete");
    assert_true(has_job(fixture, "2026-06-09T12:02:00Z"));
}

static void test_replace(void **state)
{
    struct fixture *fixture = *state;
    make_cron_job(fixture, "\"schedule\":\"* * * * *\",\"concurrencyPolicy\":\"Replace\"");
    fixture_advance(fixture, 41);
    fixture_advance(fixture, 60);
    assert_int_equal(jobs(fixture), 1);
    assert_int_equal(active(fixture), 1);
    assert_false(has_job(fixture, "2026-06-09T12:01:00Z"));
    assert_true(has_job(fixture, "2026-06-09T12:02:00Z"));
}

static void test_suspend(void **state)
{
    struct fixture *fixture = *state;
    make_cron_job(fixture, "\"schedule\":\"* * * * *\",\"suspend\":true");
    fixture_advance(fixture, 600);
    assert_int_equal(jobs(fixture), 0);
    /* Of what was missed, the last comes at once. */
    fixture_change(fixture, RESOURCE_CRONJOBS, "default", "tick", SUBRESOURCE_NONE, "{\"spec\":{\"suspend\":false}}");
    fixture_settle(fixture);
    assert_int_equal(jobs(fixture), 1);
    assert_true(has_job(fixture, "2026-06-09T12:10:00Z"));
}

static void test_starting_deadline(void **state)
{
    struct fixture *fixture = *state;
    make_cron_job(fixture, "\"schedule\":\"0 * * * *\",\"suspend\":true,\"startingDeadlineSeconds\":100");
    fixture_advance(fixture, 3600 + 90);
    fixture_change(fixture, RESOURCE_CRONJOBS, "default", "tick", SUBRESOURCE_NONE, "{\"spec\":{\"suspend\":false}}");
    fixture_settle(fixture);
    assert_int_equal(jobs(fixture), 0); /* 110 s late */
    fixture_advance(fixture, 3500);
    assert_int_equal(jobs(fixture), 1);
    assert_true(has_job(fixture, "2026-06-09T14:00:00Z"));
}

static void test_jump_of_the_clock(void **state)
{
    struct fixture *fixture = *state;
    make_cron_job(fixture, "\"schedule\":\"* * * * *\"");
    fixture->wall += INT64_C(30) * 86400 * NANOSECONDS_PER_SECOND;
    fixture_advance(fixture, 60);
    assert_int_equal(jobs(fixture), 1);
    assert_true(has_job(fixture, "2026-07-09T12:01:00Z"));
    assert_true(
        fixture_has_event(fixture, "TooManyMissedTimes",
                          "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew"));
    /* And back: nothing until the time of the last job has come again. */
    fixture->wall -= INT64_C(86400) * NANOSECONDS_PER_SECOND;
    fixture_advance(fixture, 600);
    assert_int_equal(jobs(fixture), 1);
}

static void test_history(void **state)
{
    struct fixture *fixture = *state;
    make_cron_job(fixture, "\"schedule\":\"* * * * *\",\"successfulJobsHistoryLimit\":2,\"failedJobsHistoryLimit\":0");
    fixture_advance(fixture, 41);
    end_job(fixture, "2026-06-09T12:01:00Z", "Complete");
    fixture_advance(fixture, 60);
    end_job(fixture, "2026-06-09T12:02:00Z", "Failed");
    assert_false(has_job(fixture, "2026-06-09T12:02:00Z"));
    fixture_advance(fixture, 60);
    end_job(fixture, "2026-06-09T12:03:00Z", "Complete");
    assert_int_equal(jobs(fixture), 2);
    fixture_advance(fixture, 60);
    end_job(fixture, "2026-06-09T12:04:00Z", "Complete");
    assert_int_equal(jobs(fixture), 2);
    assert_false(has_job(fixture, "2026-06-09T12:01:00Z"));
    assert_true(has_job(fixture, "2026-06-09T12:04:00Z"));
}

static void test_time_zone(void **state)
{
    struct fixture *fixture = *state;
    make_cron_job(fixture, "\"schedule\":\"30 14 * * *\",\"timeZone\":\"Europe/Berlin\"");
    fixture_advance(fixture, 29 * 60);
    assert_int_equal(jobs(fixture), 0);
    fixture_advance(fixture, 60);
    assert_true(has_job(fixture, "2026-06-09T12:30:00Z"));
    AUTO_FREE char *name = name_at("2026-06-09T12:30:00Z");
    AUTO_OBJECT struct object *job = fixture_get(fixture, RESOURCE_JOBS, "default", name);
    assert_string_equal(
        json_text(json_get(object_tree(job), "metadata", "annotations", "batch.kubernetes.io/cronjob-scheduled-timestamp"), ""),
        "2026-06-09T14:30:00+02:00");
}

static void test_changed_schedule(void **state)
{
    struct fixture *fixture = *state;
    make_cron_job(fixture, "\"schedule\":\"0 0 1 1 *\"");
    fixture_advance(fixture, 600);
    fixture_change(fixture, RESOURCE_CRONJOBS, "default", "tick", SUBRESOURCE_NONE, "{\"spec\":{\"schedule\":\"* * * * *\"}}");
    fixture_settle(fixture);
    assert_int_equal(jobs(fixture), 0);
    fixture_advance(fixture, 60);
    assert_true(has_job(fixture, "2026-06-09T12:11:00Z"));
}

static void test_missing_job(void **state)
{
    struct fixture *fixture = *state;
    make_cron_job(fixture, "\"schedule\":\"* * * * *\"");
    fixture_advance(fixture, 41);
    AUTO_FREE char *name = name_at("2026-06-09T12:01:00Z");
    AUTO_FREE char *message = memory_format("Active job went missing: %s", name);
    fixture_delete(fixture, RESOURCE_JOBS, "default", name, PROPAGATION_BACKGROUND);
    fixture_settle(fixture);
    assert_int_equal(active(fixture), 0);
    assert_true(fixture_has_event(fixture, "MissingJob", message));
    assert_int_equal(jobs(fixture), 0);
}

static void test_deletion(void **state)
{
    struct fixture *fixture = *state;
    make_cron_job(fixture, "\"schedule\":\"* * * * *\"");
    fixture_advance(fixture, 41);
    fixture_delete(fixture, RESOURCE_CRONJOBS, "default", "tick", PROPAGATION_BACKGROUND);
    fixture_converge(fixture);
    assert_int_equal(jobs(fixture), 0);
    assert_int_equal(fixture_count(fixture, RESOURCE_PODS, "default"), 0);
}

static void test_clock(void **state)
{
    (void)state;
    const int64_t second = NANOSECONDS_PER_SECOND;
    const int64_t wall = INT64_C(1780000037) * second + 123456789;
    struct cron_clock real = cron_clock_start(60 * second, wall);
    struct cron_clock quick = cron_clock_start(12 * second, wall);
    assert_int_equal(cron_clock_read(&real, wall), wall / second);
    assert_int_equal(cron_clock_moment(&real, wall / second + 100), (wall / second + 100) * second);
    /* Each minute of the schedule is twelve seconds after the one before. */
    int64_t first = quick.anchor / second;
    assert_int_equal(first % 60, 0);
    for (int64_t i = -5; i < 100; i++) {
        int64_t moment = cron_clock_moment(&quick, first + 60 * i);
        assert_int_equal(moment, quick.anchor + i * 12 * second);
        assert_int_equal(cron_clock_read(&quick, moment), first + 60 * i);
        assert_int_equal(cron_clock_read(&quick, moment - 1), first + 60 * i - 1);
    }
    assert_true(cron_clock_moment(&quick, INT64_MAX) == INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_each_minute),       FIXTURE_TEST(test_allow),       FIXTURE_TEST(test_forbid),
        FIXTURE_TEST(test_replace),           FIXTURE_TEST(test_suspend),     FIXTURE_TEST(test_starting_deadline),
        FIXTURE_TEST(test_jump_of_the_clock), FIXTURE_TEST(test_history),     FIXTURE_TEST(test_time_zone),
        FIXTURE_TEST(test_changed_schedule),  FIXTURE_TEST(test_missing_job), FIXTURE_TEST(test_deletion),
        cmocka_unit_test(test_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
