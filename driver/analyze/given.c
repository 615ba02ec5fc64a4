#include "driver/analyze/given.h"

#include <stdlib.h>

#include "driver/analyze/array.h"

void given_release(struct given *given)
{
    free(given->steps);
    given->steps = NULL;
    given->count = 0;
}

/* The entry of a load's second; those of one second stand at the end. */
static struct given_step *find_step(struct given *given, const char *load, int64_t second)
{
    for (size_t index = given->count; index-- > 0 && given->steps[index].second == second;) {
        if (given->steps[index].load == load)
            return &given->steps[index];
    }
    struct given_step *step = ARRAY_ADD(given->steps, given->count);
    *step = (struct given_step){.second = second, .load = load};
    return step;
}

void given_see_share(struct given *given, const char *load, const struct load_share *share)
{
    struct given_step *step = find_step(given, texts_keep(given->texts, load), share->second);
    step->target = share->target;
    step->given += share->given;
    step->pods += share->server[0] != '\0';
    step->failures += share->failures;
}
