#include "cluster/metrics/machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "common/clock.h"

void machine_usage_read(struct machine_usage *usage, int64_t now_wall)
{
    *usage = (struct machine_usage){.sampled_wall = now_wall};
    int64_t user = 0, nice = 0, system = 0, idle = 0, waiting = 0, interrupts = 0, soft = 0;
    FILE *file = fopen("/proc/stat", "re");
    if (file != NULL) {
        if (fscanf(file, "cpu %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64, &user, &nice,
                   &system, &idle, &waiting, &interrupts, &soft) == 7)
            usage->cpu = (user + nice + system + interrupts + soft) * (NANOSECONDS_PER_SECOND / sysconf(_SC_CLK_TCK));
        fclose(file);
    }
    char line[256];
    int64_t total = 0, available = 0;
    file = fopen("/proc/meminfo", "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        sscanf(line, "MemTotal: %" SCNd64, &total);
        sscanf(line, "MemAvailable: %" SCNd64, &available);
    }
    if (file != NULL)
        fclose(file);
    usage->memory = (total - available) * 1024;
}
