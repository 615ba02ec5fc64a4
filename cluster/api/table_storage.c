#include <string.h>

#include "cluster/api/kind.h"
#include "cluster/api/table_cell.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void cell_modes(cJSON *cells, const cJSON *modes)
{
    static const char *const names[][2] = {
        {"ReadWriteOnce", "RWO"}, {"ReadOnlyMany", "ROX"}, {"ReadWriteMany", "RWX"}, {"ReadWriteOncePod", "RWOP"}};
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, 64);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        bool found = false;
        const cJSON *mode = NULL;
        cJSON_ArrayForEach (mode, modes)
            found = found || strcmp(json_text(mode, ""), names[i][0]) == 0;
        if (found)
            (void)buffer_append_format(&text, "%s%s", text.length > 0 ? "," : "", names[i][1]);
    }
    cell_text(cells, text.data != NULL ? text.data : "");
}

static void cell_or_unset(cJSON *cells, const cJSON *value)
{
    cell_text(cells, json_text(value, "<unset>"));
}

static const char *phase_or_terminating(const cJSON *object)
{
    if (json_get(object, "metadata", "deletionTimestamp") != NULL)
        return "Terminating";
    return json_text(json_get(object, "status", "phase"), "");
}

static const struct table_column claim_columns[] = {
    COLUMN_NAME,
    {"Status", "string", "", "Pending, Bound or Lost; Terminating while it is being deleted.", 0},
    {"Volume", "string", "", "The volume that holds its data.", 0},
    {"Capacity", "string", "", "The size of that volume.", 0},
    {"Access Modes", "string", "", "How the volume can be mounted.", 0},
    {"StorageClass", "string", "", "The class that it asks for.", 0},
    {"VolumeAttributesClass", "string", "", "The class of the volume's attributes.", 0},
    COLUMN_AGE,
    {"VolumeMode", "string", "", "Filesystem or Block.", 1},
};

static void add_claim_cells(const cJSON *claim, int64_t now, cJSON *cells)
{
    const cJSON *spec = json_get(claim, "spec");
    const cJSON *status = json_get(claim, "status");
    bool bound = json_text(json_get(spec, "volumeName"), "")[0] != '\0';
    cell_name(cells, claim);
    cell_text(cells, phase_or_terminating(claim));
    cell_text(cells, json_text(json_get(spec, "volumeName"), ""));
    cell_text(cells, bound ? json_text(json_get(status, "capacity", "storage"), "") : "");
    cell_modes(cells, bound ? json_get(status, "accessModes") : NULL);
    cell_text(cells, json_text(json_get(spec, "storageClassName"), ""));
    cell_or_unset(cells, json_get(spec, "volumeAttributesClassName"));
    cell_age(cells, claim, now);
    cell_or_unset(cells, json_get(spec, "volumeMode"));
}

const struct table_format table_of_claims = {claim_columns, COUNT_OF(claim_columns), add_claim_cells};

static const struct table_column volume_columns[] = {
    COLUMN_NAME,
    {"Capacity", "string", "", "The volume's size.", 0},
    {"Access Modes", "string", "", "How the volume can be mounted.", 0},
    {"Reclaim Policy", "string", "", "What becomes of it when its claim goes.", 0},
    {"Status", "string", "", "Available, Bound or Released; Terminating while it is being deleted.", 0},
    {"Claim", "string", "", "Namespace and name of the claim that it is bound to.", 0},
    {"StorageClass", "string", "", "The class that it belongs to.", 0},
    {"VolumeAttributesClass", "string", "", "The class of the volume's attributes.", 0},
    {"Reason", "string", "", "Why it is in its phase.", 0},
    COLUMN_AGE,
    {"VolumeMode", "string", "", "Filesystem or Block.", 1},
};

static void add_volume_cells(const cJSON *volume, int64_t now, cJSON *cells)
{
    const cJSON *spec = json_get(volume, "spec");
    const cJSON *claim = json_get(spec, "claimRef");
    AUTO_FREE char *reference = memory_format("%s/%s", json_text(json_get(claim, "namespace"), ""), //
                                              json_text(json_get(claim, "name"), ""));
    cell_name(cells, volume);
    cell_text(cells, json_text(json_get(spec, "capacity", "storage"), ""));
    cell_modes(cells, json_get(spec, "accessModes"));
    cell_text(cells, json_text(json_get(spec, "persistentVolumeReclaimPolicy"), ""));
    cell_text(cells, phase_or_terminating(volume));
    cell_text(cells, claim != NULL ? reference : "");
    cell_text(cells, json_text(json_get(spec, "storageClassName"), ""));
    cell_or_unset(cells, json_get(spec, "volumeAttributesClassName"));
    cell_text(cells, json_text(json_get(volume, "status", "reason"), ""));
    cell_age(cells, volume, now);
    cell_or_unset(cells, json_get(spec, "volumeMode"));
}

const struct table_format table_of_volumes = {volume_columns, COUNT_OF(volume_columns), add_volume_cells};

static const struct table_column storage_class_columns[] = {
    COLUMN_NAME,
    {"Provisioner", "string", "", "Who makes volumes of this class.", 0},
    {"ReclaimPolicy", "string", "", "What becomes of a volume when its claim goes.", 0},
    {"VolumeBindingMode", "string", "", "When a claim gets its volume.", 0},
    {"AllowVolumeExpansion", "string", "", "Whether a claim may be made larger.", 0},
    COLUMN_AGE,
};

static void add_storage_class_cells(const cJSON *storage_class, int64_t now, cJSON *cells)
{
    const char *name = json_text(json_get(storage_class, "metadata", "name"), "");
    bool is_default = strcmp(json_text(json_get(storage_class, "metadata", "annotations", DEFAULT_CLASS_ANNOTATION), ""), //
                             "true") == 0;
    AUTO_FREE char *shown = memory_format("%s%s", name, is_default ? " (default)" : "");
    cell_text(cells, shown);
    cell_text(cells, json_text(json_get(storage_class, "provisioner"), ""));
    cell_text(cells, json_text(json_get(storage_class, "reclaimPolicy"), "Delete"));
    cell_text(cells, json_text(json_get(storage_class, "volumeBindingMode"), "Immediate"));
    cell_text(cells, json_boolean(json_get(storage_class, "allowVolumeExpansion"), false) ? "true" : "false");
    cell_age(cells, storage_class, now);
}

const struct table_format table_of_storage_classes = {storage_class_columns, COUNT_OF(storage_class_columns),
                                                      add_storage_class_cells};
