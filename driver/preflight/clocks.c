#include "common/clock.h"
#include "driver/preflight/checks.h"
#include "driver/preflight/workload.h"

/* More than whole seconds and a request's way explain. */
#define TOLERANCE (2 * NANOSECONDS_PER_SECOND)
#define CURE "set the clocks by NTP (chrony, systemd-timesyncd)"

static double seconds(int64_t duration)
{
    return (double)duration / (double)NANOSECONDS_PER_SECOND;
}

static void check_server(int64_t server_time, int64_t now, struct obstacles *obstacles)
{
    int64_t ahead = server_time - now;
    if (server_time == 0 || (ahead < TOLERANCE && ahead > -TOLERANCE))
        return;
    obstacles_add(obstacles, false, "the clock of the API server is %.0f s %s this machine's: " CURE,
                  seconds(ahead > 0 ? ahead : -ahead), ahead > 0 ? "ahead of" : "behind");
}

/* A lease was renewed at most a quarter of its duration ago, by a node that is well. */
static void check_lease(const cJSON *lease, int64_t now, struct obstacles *obstacles)
{
    int64_t renewed = 0;
    int64_t duration = json_integer(json_get(lease, "spec", "leaseDurationSeconds"), 40) * NANOSECONDS_PER_SECOND;
    if (clock_parse(json_text(json_get(lease, "spec", "renewTime"), ""), &renewed, NULL) != 0)
        return;
    int64_t age = now - renewed;
    if (age < -TOLERANCE)
        obstacles_add(obstacles, false, "the clock of node %s is at least %.0f s ahead of this machine's: " CURE,
                      workload_name(lease), seconds(-age));
    else if (age > duration / 4 + duration / 8 + TOLERANCE)
        obstacles_add(obstacles, false,
                      "node %s last told %.0f s ago that it lives, or its clock is that much behind this machine's: look at it "
                      "(kubectl get nodes), and " CURE,
                      workload_name(lease), seconds(age));
}

void check_clocks(int64_t server_time, const cJSON *leases, int64_t now, struct obstacles *obstacles)
{
    const cJSON *lease = NULL;
    check_server(server_time, now, obstacles);
    cJSON_ArrayForEach (lease, json_get(leases, "items"))
        check_lease(lease, now, obstacles);
}
