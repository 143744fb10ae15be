#include "apps/lab/report/prediction_figure.h"

namespace branchline::lab {

Figure prediction_figure() {
  Figure figure;
  figure.id = "prediction";
  figure.title = "Predicted against measured end-to-end time";
  figure.kind = FigureKind::scatter;
  figure.from = "results.csv";
  figure.x = "predicted_ms";
  figure.x_label = "predicted / ms";
  figure.log_x = true;
  figure.diagonal = true;
  FigureLane lane;
  lane.y = {"measured_ms"};
  lane.low = {"measured_low_ms"};
  lane.high = {"measured_high_ms"};
  lane.series = {"place"};
  lane.label = "measured / ms";
  lane.log = true;
  figure.lanes = {lane};
  return figure;
}

}  // namespace branchline::lab
