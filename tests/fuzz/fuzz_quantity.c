/* Any text: reading does not crash, and what was read prints as a text that reads as the same quantity. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/quantity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[512];
    char printed[QUANTITY_TEXT_SIZE];
    struct quantity first;
    struct quantity second;
    if (size >= sizeof(text)) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    if (quantity_parse(text, &first, NULL) < 0) {
        return 0;
    }
    quantity_format(first, printed);
    if (quantity_parse(printed, &second, NULL) < 0 || quantity_compare(first, second) != 0) {
        abort();
    }
    (void)quantity_value(quantity_add(first, second));
    (void)quantity_milli(second);
    return 0;
}
