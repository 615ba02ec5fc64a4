#include "driver/report/assets.h"

static const unsigned char DYGRAPH_CSS[] = {
#include "report/dygraph.min.css.inc"
};
static const unsigned char REPORT_CSS[] = {
#include "report/report.css.inc"
};
static const unsigned char DYGRAPH_JS[] = {
#include "report/dygraph.min.js.inc"
};
static const unsigned char FORMAT_JS[] = {
#include "report/format.js.inc"
};
static const unsigned char PAGE_JS[] = {
#include "report/page.js.inc"
};
static const unsigned char PLOTTERS_JS[] = {
#include "report/plotters.js.inc"
};
static const unsigned char CHARTS_JS[] = {
#include "report/charts.js.inc"
};
static const unsigned char LIFELINES_JS[] = {
#include "report/lifelines.js.inc"
};
static const unsigned char TIMELINE_JS[] = {
#include "report/timeline.js.inc"
};
static const unsigned char TABLES_JS[] = {
#include "report/tables.js.inc"
};
static const unsigned char REPORT_JS[] = {
#include "report/report.js.inc"
};

#define ASSET(name, array)                                                                                                       \
    {                                                                                                                            \
        (name), (array), sizeof(array)                                                                                           \
    }

const struct asset ASSET_STYLES[] = {ASSET("dygraph.min.css", DYGRAPH_CSS), ASSET("report.css", REPORT_CSS), {NULL, NULL, 0}};

const struct asset ASSET_SCRIPTS[] = {ASSET("dygraph.min.js", DYGRAPH_JS), ASSET("format.js", FORMAT_JS),
                                      ASSET("page.js", PAGE_JS),           ASSET("plotters.js", PLOTTERS_JS),
                                      ASSET("charts.js", CHARTS_JS),       ASSET("lifelines.js", LIFELINES_JS),
                                      ASSET("timeline.js", TIMELINE_JS),   ASSET("tables.js", TABLES_JS),
                                      ASSET("report.js", REPORT_JS),       {NULL, NULL, 0}};
