/* Any bytes: reading does not crash and stays within its limits, and what was read becomes JSON that reads back alike. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_tree(const struct yaml_node *root)
{
    AUTO_JSON cJSON *tree = yaml_to_json(root);
    AUTO_FREE char *text = json_print(tree);
    AUTO_JSON cJSON *again = json_parse(text, strlen(text), NULL);
    if (again == NULL)
        abort();
    /* The last digit of a number that is no integer may be lost in print, once. */
    AUTO_FREE char *same = json_print(again);
    if (strcmp(text, same) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_YAML struct yaml_documents documents = {0};
    struct error error = ERROR_NONE;
    if (yaml_parse("fuzz", (const char *)data, size, &documents, &error) < 0) {
        if (strncmp(error.text, "fuzz:", strlen("fuzz:")) != 0)
            abort();
        return 0;
    }
    for (size_t i = 0; i < documents.count; i++)
        check_tree(documents.roots[i]);
    return 0;
}
