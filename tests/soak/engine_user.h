#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "apps/lab/chrome_trace.h"
#include "tests/soak/engine_ledger.h"
#include "tests/soak/engine_seat.h"
#include "tests/soak/watchdog.h"

namespace branchline::soak {

/// Asks an engine at random: at once, with tickets, with callbacks; well and badly. step() and
/// finish() by one thread.
class EngineUser {
 public:
  /// @param trace_file  written again and again
  EngineUser(EngineSeat& seat, std::string trace_file, std::uint64_t seed, Watchdog& dog,
             EngineLedger& ledger);
  ~EngineUser();

  void step();
  /// Waits for what its tickets are to tell.
  void finish();

 private:
  struct Stream;
  struct Question {
    Request request;
    AskedRequest asked;
  };

  Question some_question(EngineLife& life);
  void spoil(Question& question);
  void infer(EngineLife& life, Question question);
  void submit_for_ticket(EngineLife& life, Question question);
  void submit_for_callback(EngineLife& life, Question question);
  void use_a_ticket();
  void get(std::size_t index);
  void tell(std::uint64_t id, const Result& result);
  void trace(const Result& result);
  bool one_in(unsigned many) { return dice_() % many == 0; }

  EngineSeat& seat_;
  const std::string trace_file_;
  std::mt19937_64 dice_;
  Watchdog& dog_;
  EngineLedger& ledger_;
  std::shared_ptr<Stream> stream_;  ///< of callbacks, a new one for each engine
  std::vector<std::pair<std::uint64_t, Ticket>> tickets_;
  std::unique_ptr<lab::ChromeTrace> trace_;
  int traced_ = 0;
};

}  // namespace branchline::soak
