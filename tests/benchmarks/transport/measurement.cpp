#include "tests/benchmarks/transport/measurement.h"

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "tests/benchmarks/transport/server_process.h"

namespace branchline::transport_benchmark {
namespace {

constexpr int kFewestRounds = 20;

double percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

/// A competitor at work, and what was seen of it.
class Contender {
 public:
  Contender(Competitors competitors, std::size_t index, const Load& load)
      : competitor_(*competitors[index]),
        server_(index, load),
        client_(competitor_.connect(load, server_.port())) {}

  void exchange() {
    const Duration cpu_before = cpu_time_of(CLOCK_PROCESS_CPUTIME_ID);
    const TimePoint start = Clock::now();
    const Received received = client_->exchange();
    using Us = std::chrono::duration<double, std::micro>;
    by_library_us_.push_back(Us(received.by_library - start).count());
    by_caller_us_.push_back(Us(received.by_caller - start).count());
    client_cpu_ += cpu_time_of(CLOCK_PROCESS_CPUTIME_ID) - cpu_before;
  }

  void forget() {
    by_library_us_.clear();
    by_caller_us_.clear();
    client_cpu_ = Duration{0};
    server_cpu_before_ = server_.cpu_time();
  }

  void append_rows(const Contender& floor, const Load& load, std::vector<Row>& rows) const {
    const std::string name = competitor_.name;
    if (competitor_.tells_by_library) {
      rows.push_back(row(name + ", I/O thread", by_library_us_, floor, load));
    }
    const bool handed_over = competitor_.tells_by_library;
    rows.push_back(row(handed_over ? name + ", caller" : name, by_caller_us_, floor, load));
  }

 private:
  Row row(const std::string& name, const std::vector<double>& us, const Contender& floor,
          const Load& load) const {
    std::vector<double> ratios(us.size());
    std::transform(us.begin(), us.end(), floor.by_caller_us_.begin(), ratios.begin(),
                   std::divides<>());
    const Duration cpu = client_cpu_ + server_.cpu_time() - server_cpu_before_;
    const double kib = static_cast<double>(load.request_bytes) / 1024 * load.requests *
                       static_cast<double>(us.size());
    return {name, percentile(us, 0.5), percentile(us, 0.99), percentile(ratios, 0.5),
            static_cast<double>(cpu.count()) / kib};
  }

  const Competitor& competitor_;
  ServerProcess server_;
  std::unique_ptr<Client> client_;
  std::vector<double> by_library_us_;
  std::vector<double> by_caller_us_;
  Duration client_cpu_{0};
  Duration server_cpu_before_{0};
};

}  // namespace

void require(bool good, const char* what) {
  if (!good) throw std::runtime_error(what);
}

void require_fill(std::span<const std::uint8_t> request, const Load& load) {
  require(request.size() == load.request_bytes, "a request of the wrong length");
  unsigned wrong = 0;
  for (std::size_t i = 0; i < request.size(); i += 4096) wrong += request[i] != kFill;
  require(wrong == 0, "a request with the wrong content");
}

Table measure(Competitors competitors, const Load& load, Duration time) {
  std::vector<std::unique_ptr<Contender>> contenders;
  for (std::size_t i = 0; i < competitors.size(); ++i) {
    contenders.push_back(std::make_unique<Contender>(competitors, i, load));
  }
  const auto run_for = [&](Duration span, int fewest) {
    const TimePoint end = Clock::now() + span;
    int rounds = 0;
    for (; rounds < fewest || Clock::now() < end; ++rounds) {
      for (std::size_t i = 0; i < contenders.size(); ++i) {
        contenders[(static_cast<std::size_t>(rounds) + i) % contenders.size()]->exchange();
      }
    }
    return rounds;
  };
  run_for(time / 10, kFewestRounds / 4);
  for (const auto& contender : contenders) contender->forget();
  Table table;
  table.rounds = run_for(time, kFewestRounds);
  for (const auto& contender : contenders) {
    contender->append_rows(*contenders.front(), load, table.rows);
  }
  return table;
}

}  // namespace branchline::transport_benchmark
