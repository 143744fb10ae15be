#include "tests/soak/engine_user.h"

#include <array>
#include <atomic>
#include <stdexcept>
#include <thread>

namespace branchline::soak {
namespace {

using std::chrono::milliseconds;

constexpr auto kAnswersWithin = std::chrono::seconds(120);
constexpr std::size_t kMostTickets = 8;
constexpr int kFramesPerTrace = 200;

/// From over before it began to loose.
constexpr std::array<double, 10> kBudgetsMs{-5, 0.1, 1, 3, 8, 20, 60, 150, 400, 1500};

Duration milliseconds_of(double count) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(count));
}

}  // namespace

/// Callbacks of one thread and one engine: in the order of asking, one at a time.
struct EngineUser::Stream {
  explicit Stream(std::shared_ptr<const std::atomic<bool>> life) : of(std::move(life)) {}

  const std::shared_ptr<const std::atomic<bool>> of;  ///< tells one engine from the next
  std::atomic<bool> speaking{false};
  std::atomic<std::uint64_t> last{0};

  void hear(std::uint64_t id, EngineLedger& ledger, const std::string& engine) {
    if (speaking.exchange(true)) ledger.fault("two callbacks at once: " + engine);
    const std::uint64_t before = last.exchange(id);
    if (before >= id) {
      ledger.fault("frame " + std::to_string(id) + " was told after frame " +
                   std::to_string(before) + ": " + engine);
    }
  }
  void end() { speaking = false; }
};

EngineUser::EngineUser(EngineSeat& seat, std::string trace_file, std::uint64_t seed, Watchdog& dog,
                       EngineLedger& ledger)
    : seat_(seat), trace_file_(std::move(trace_file)), dice_(seed), dog_(dog), ledger_(ledger) {}

EngineUser::~EngineUser() = default;

void EngineUser::step() {
  const std::shared_ptr<EngineLife> life = seat_.life();
  Question question = some_question(*life);
  if (one_in(30)) spoil(question);
  switch (dice_() % 3) {
    case 0:
      infer(*life, std::move(question));
      break;
    case 1:
      submit_for_ticket(*life, std::move(question));
      break;
    default:
      submit_for_callback(*life, std::move(question));
  }
  use_a_ticket();
  if (one_in(2)) std::this_thread::sleep_for(std::chrono::microseconds(dice_() % 20'000));
}

EngineUser::Question EngineUser::some_question(EngineLife& life) {
  Question question;
  AskedRequest& asked = question.asked;
  Request& request = question.request;
  asked.network = &life.network;
  asked.picture = dice_() % life.network.pictures();
  asked.stopping = life.stopping;
  asked.asked = Clock::now();
  request.inputs = {life.network.picture(asked.picture)};
  if (!one_in(5)) {
    request.deadline = asked.asked + milliseconds_of(kBudgetsMs.at(dice_() % kBudgetsMs.size()));
  }
  asked.deadline = request.deadline.value_or(asked.asked);
  if (one_in(8)) request.force_exit = 1 + static_cast<int>(dice_() % 3);
  if (one_in(3)) request.force_place = static_cast<Place>(dice_() % 3);
  if (one_in(10)) request.min_accuracy = 0.1 * static_cast<double>(dice_() % 10);
  request.device_only = one_in(12);
  asked.force_exit = request.force_exit;
  asked.device_only = request.device_only;
  return question;
}

void EngineUser::spoil(Question& question) {
  Request& request = question.request;
  question.asked.fits = false;
  switch (dice_() % 5) {
    case 0:
      request.inputs.clear();
      break;
    case 1:
      request.inputs.push_back(request.inputs.front());
      break;
    case 2:
      request.inputs.front().type = DType::f32;
      break;
    case 3:
      request.inputs.front().shape = {0, 7, 3};
      break;
    default:
      request.force_exit = one_in(2) ? 0 : 99;
  }
}

void EngineUser::infer(EngineLife& life, Question question) {
  question.asked.what = "infer, " + life.name;
  question.asked.may_be_dropped = true;  // with WhenFull::wait at its deadline
  const Watchdog::Watch watch(dog_, question.asked.what, kAnswersWithin);
  ++life.asked;
  const std::uint64_t id = question.request.frame = ledger_.ask(std::move(question.asked));
  tell(id, life.engine.infer(question.request));
}

void EngineUser::submit_for_ticket(EngineLife& life, Question question) {
  question.asked.what = "ticket, " + life.name;
  question.asked.may_be_dropped = life.when_full != WhenFull::wait;
  const Watchdog::Watch watch(dog_, question.asked.what, kAnswersWithin);
  ++life.asked;
  const std::uint64_t id = question.request.frame = ledger_.ask(std::move(question.asked));
  tickets_.emplace_back(id, life.engine.submit(question.request));
  if (tickets_.back().second.id() != id) ledger_.fault("a ticket has another id");
}

void EngineUser::submit_for_callback(EngineLife& life, Question question) {
  if (!stream_ || stream_->of != life.stopping) stream_ = std::make_shared<Stream>(life.stopping);
  question.asked.what = "callback, " + life.name;
  question.asked.may_be_dropped = life.when_full != WhenFull::wait;
  const Watchdog::Watch watch(dog_, question.asked.what, kAnswersWithin);
  ++life.asked;
  const std::uint64_t id = question.request.frame = ledger_.ask(std::move(question.asked));
  const bool slow = one_in(50), throws = one_in(200);
  life.engine.submit(question.request, [=, stream = stream_, &ledger = ledger_,
                                        name = life.name](const Result& result) {
    stream->hear(id, ledger, name);
    ledger.tell(id, result);
    if (slow) std::this_thread::sleep_for(milliseconds(10));
    stream->end();
    if (throws) throw std::runtime_error(kThrown);
  });
}

void EngineUser::use_a_ticket() {
  if (tickets_.empty()) return;
  const std::size_t index = dice_() % tickets_.size();
  auto& [id, ticket] = tickets_[index];
  if (one_in(12)) {
    ledger_.cancel(id);
    ticket.cancel();
  } else if (one_in(40)) {
    ledger_.let_go(id);
    tickets_.erase(tickets_.begin() + static_cast<std::ptrdiff_t>(index));
  } else if (tickets_.size() == kMostTickets ||
             ticket.wait_until(Clock::now() + milliseconds(dice_() % 3))) {
    get(index);
  }
}

void EngineUser::get(std::size_t index) {
  auto [id, ticket] = std::move(tickets_[index]);
  tickets_.erase(tickets_.begin() + static_cast<std::ptrdiff_t>(index));
  const Watchdog::Watch watch(dog_, "getting a ticket's result", kAnswersWithin);
  tell(id, ticket.get());
}

void EngineUser::finish() {
  while (!tickets_.empty()) get(0);
}

void EngineUser::tell(std::uint64_t id, const Result& result) {
  ledger_.tell(id, result);
  if (one_in(8)) trace(result);
}

void EngineUser::trace(const Result& result) {
  if (!trace_) trace_ = std::make_unique<lab::ChromeTrace>(trace_file_);
  trace_->add(lab::record_of(result, Duration::zero(), {}));
  if (++traced_ % kFramesPerTrace != 0) return;
  trace_->finish();
  trace_.reset();
  ledger_.happened().add("traces written");
}

}  // namespace branchline::soak
