#include "driver/generator/own_usage.h"

#include <stdio.h>
#include <unistd.h>

#include "common/clock.h"

void own_usage_look(struct own_usage *usage, int64_t now)
{
    if (usage->looked != 0 && now - usage->looked < NANOSECONDS_PER_SECOND)
        return;
    int64_t cpu = clock_process_cpu();
    if (usage->looked != 0)
        usage->cpu = (double)(cpu - usage->cpu_before) / (double)(now - usage->looked);
    usage->looked = now;
    usage->cpu_before = cpu;
}

uint64_t own_usage_memory(void)
{
    unsigned long size = 0;
    unsigned long resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL)
        return 0;
    int found = fscanf(file, "%lu %lu", &size, &resident);
    (void)fclose(file);
    return found == 2 ? (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}
