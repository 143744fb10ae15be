#include "tests/soak/engine_inspection.h"

#include <array>
#include <numeric>
#include <string>

namespace branchline::soak {
namespace {

using std::chrono::milliseconds;

const char* word_for(Event::Kind kind) {
  constexpr std::array kWords{"event: link_up", "event: link_down", "event: plan_changed",
                              "event: model_mismatch"};
  return kWords.at(static_cast<std::size_t>(kind));
}

template <typename Counts>
std::uint64_t sum_of(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const auto& each) { return sum + each.second; });
}

/// Whatever is going on, a status is of one moment.
void check_status(EngineLife& life, EngineLedger& ledger) {
  const Status status = life.engine.status();
  if (status.done != status.in_time + status.late || status.done != sum_of(status.answers)) {
    ledger.fault(life.name + ": its status does not add up");
  }
  const std::string text = prometheus_text(status);
  if (text.find("branchline_plan_total") == std::string::npos) {
    ledger.fault(life.name + ": its metrics name no plans");
  }
}

void check_plan(EngineLife& life, std::mt19937_64& dice, EngineLedger& ledger) {
  std::optional<Link> link;
  if (dice() % 2 == 0) {
    link.emplace();
    link->up = dice() % 4 != 0;
    link->uplink_bps = 1e5 * static_cast<double>(1 + dice() % 1000);
    link->downlink_bps = 1e5 * static_cast<double>(1 + dice() % 1000);
    link->round_trip = milliseconds(dice() % 100);
  }
  const Plan plan = life.engine.plan(milliseconds(dice() % 200), link);
  const int exits = life.engine.exits();
  if (plan.exit >= 1 && plan.exit <= exits && plan.exits == exits) return;
  ledger.fault(life.name + ": a dry run plans exit " + std::to_string(plan.exit));
}

void hear_events(EngineLife& life, EngineLedger& ledger) {
  life.engine.on_event(
      [&happened = ledger.happened()](const Event& event) { happened.add(word_for(event.kind)); });
}

}  // namespace

void inspect(EngineLife& life, std::mt19937_64& dice, EngineLedger& ledger) {
  switch (dice() % 8) {
    case 0:
      return hear_events(life, ledger);
    case 1:
      return dice() % 8 == 0 ? life.engine.on_event({}) : hear_events(life, ledger);
    case 2:
      return life.engine.set_deadline(milliseconds(30 + dice() % 400));
    case 3:
    case 4:
      return check_plan(life, dice, ledger);
    default:
      return check_status(life, ledger);
  }
}

}  // namespace branchline::soak
