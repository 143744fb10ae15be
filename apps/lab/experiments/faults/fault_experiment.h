#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "apps/lab/experiments/faults/edge_fault.h"
#include "apps/lab/stop_flag.h"
#include "framework/base/clock.h"

namespace branchline::lab {

struct FaultQuestion {
  std::string model, other_model;
  std::vector<EdgeFault> faults;
  int requests = 300;  ///< for each fault
  double slowdown = 20;
  Duration loosest =
      std::chrono::milliseconds(120);  ///< deadline; the tightest leaves exit 1 alone
  std::string log_file = "/dev/null";  ///< of branchlined
};

/// An answer after its deadline, and what the engine says of it.
struct LateAnswer {
  int request = 0;  ///< counted from 1
  Duration deadline{0}, over{0};
  bool excused = false;
  std::string explanation;
};

/// What became of the requests while one fault came and went, again and again.
struct FaultRow {
  EdgeFault fault = EdgeFault::cut;
  int times = 0;  ///< that the fault came
  int requests = 0;
  int feasible = 0;   ///< the engine did not call the deadline infeasible
  int answered = 0;   ///< of the feasible
  int in_time = 0;    ///< of the feasible
  int excused = 0;    ///< late, but a control thread woke late at that time too
  int by_edge = 0;    ///< answers with the edge's part in them
  int fell_back = 0;  ///< to the insurance
  int wrong = 0;      ///< answers that are not what their exit says, codecs allowed for
  int hung = 0;       ///< came more than a second after the deadline
  Duration worst{0};  ///< after the deadline; zero when nothing was late
  std::vector<LateAnswer> late;

  /// In time, of the feasible that are not excused.
  double hit_rate() const;
  /// Every feasible one answered, none wrong, none hung, 99.9 % in time.
  bool good() const;
};

/// Asks one request after the other of one engine while faults come and go, half of the time each.
/// Deadlines are spread evenly in their logarithm. Stops early when `stop` is raised.
std::vector<FaultRow> run_fault_experiment(const FaultQuestion& question, const StopFlag& stop,
                                           const std::function<void(const FaultRow&)>& on_row);

/// For people, and "branchline.faults_experiment/1" as lines and as a document.
std::string fault_table(const std::vector<FaultRow>& rows);
std::string late_answers_text(const std::vector<FaultRow>& rows);
std::string faults_csv(const std::vector<FaultRow>& rows);
std::string faults_json(const FaultQuestion& question, const std::vector<FaultRow>& rows);

}  // namespace branchline::lab
