#include "driver/cli/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/clock.h"

#define DEFAULT_COLUMNS 80

bool screen_in_place(void)
{
    const char *terminal = getenv("TERM");
    return isatty(STDOUT_FILENO) == 1 && terminal != NULL && strcmp(terminal, "dumb") != 0;
}

bool screen_color(void)
{
    const char *no_color = getenv("NO_COLOR");
    return screen_in_place() && (no_color == NULL || no_color[0] == '\0');
}

int screen_columns(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return DEFAULT_COLUMNS;
    return size.ws_col;
}

char *screen_clock(int64_t nanoseconds, char text[SCREEN_CLOCK_SIZE])
{
    long long seconds = (long long)(nanoseconds / NANOSECONDS_PER_SECOND);
    (void)snprintf(text, SCREEN_CLOCK_SIZE, "%lld:%02lld", seconds / 60, seconds % 60);
    return text;
}
