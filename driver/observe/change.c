#include "driver/observe/change.h"

const char *change_type_name(enum change_type type)
{
    switch (type) {
    case CHANGE_LISTED:
        return "listed";
    case CHANGE_ADDED:
        return "added";
    case CHANGE_MODIFIED:
        return "modified";
    case CHANGE_DELETED:
        return "deleted";
    case CHANGE_SAMPLE:
        return "sample";
    case CHANGE_GAP:
        return "gap";
    }
    return "unknown";
}
