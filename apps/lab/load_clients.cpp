#include "apps/lab/load_clients.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

constexpr Duration kLoadConnectTime = std::chrono::seconds(5);
constexpr auto kLoadPatience = std::chrono::seconds(60);
constexpr Duration kAfterDeadline = std::chrono::milliseconds(500);
constexpr std::uint32_t kAloneRuns = 60;

/// Written by the I/O thread, the fate last.
struct Slot {
  TimePoint scheduled;
  Duration latency{0};
  std::atomic<LoadFate> fate{LoadFate::unanswered};
};

LoadFate fate_of(const transport::Body& body) {
  if (std::holds_alternative<transport::Answer>(body)) return LoadFate::answered;
  const auto* refused = std::get_if<transport::Refused>(&body);
  if (refused == nullptr) return LoadFate::failed;
  if (refused->why == transport::Refusal::overloaded) return LoadFate::overloaded;
  return refused->why == transport::Refusal::expired ? LoadFate::expired : LoadFate::failed;
}

}  // namespace

/// One connection and who waits for what on it.
class LoadClients::Client final : public transport::ChannelListener {
 public:
  void on_message(transport::Message message, const transport::Arrival& arrival) override {
    const std::lock_guard lock(mutex_);
    if (message.id > 0 && message.id <= slots_.size()) {
      Slot& slot = *slots_[message.id - 1];
      slot.latency = arrival.complete - slot.scheduled;
      slot.fate.store(fate_of(message.body), std::memory_order_release);
    } else if (!welcomed_) {
      welcomed_ = true;
      first_.set_value(std::move(message.body));
    } else if (const auto asked = questions_.extract(message.id)) {
      asked.mapped().set_value(std::move(message.body));
    }
  }
  void on_closed(const std::string& reason) override {
    const std::lock_guard lock(mutex_);
    closed = true;
    const transport::Refused gone{transport::Refusal::failed, reason, {}};
    if (!std::exchange(welcomed_, true)) first_.set_value(gone);
    for (auto& [id, asked] : questions_) asked.set_value(gone);
    questions_.clear();
  }

  std::future<transport::Body> first() { return first_.get_future(); }

  std::future<transport::Body> ask(transport::Body body) {
    std::promise<transport::Body> asked;
    auto reply = asked.get_future();
    const std::uint64_t id = ++last_question_;
    {
      const std::lock_guard lock(mutex_);
      questions_.emplace(id, std::move(asked));
    }
    if (!channel->send({id, std::move(body)})) throw RunError("the edge hung up");
    return reply;
  }

  /// @param slot  outlives the answer
  void send(transport::Request request, const std::shared_ptr<Slot>& slot) {
    std::uint64_t id = 0;
    {
      const std::lock_guard lock(mutex_);
      slots_.push_back(slot);
      id = slots_.size();
    }
    if (!channel->send({id, std::move(request)})) slot->fate = LoadFate::failed;
  }

  std::shared_ptr<transport::Channel> channel;
  std::atomic<bool> closed{false};

 private:
  std::mutex mutex_;  // guards all below
  std::vector<std::shared_ptr<Slot>> slots_;
  std::map<std::uint64_t, std::promise<transport::Body>> questions_;
  std::uint64_t last_question_ = 1ull << 62;  // far from the requests' ids
  std::promise<transport::Body> first_;
  bool welcomed_ = false;
};

LoadClients::LoadClients(std::uint16_t port, int clients, const StoredRequests& requests)
    : requests_(requests), io_(std::make_unique<transport::IoThread>()) {
  transport::Hello hello;
  hello.software = "branchline experiment load";
  hello.digests = {requests.plan.digest};
  for (int i = 0; i < clients; ++i) {
    clients_.push_back(std::make_shared<Client>());
    clients_.back()->channel =
        transport::connect(*io_, {"127.0.0.1", port}, hello, kLoadConnectTime, clients_.back());
  }
  for (const auto& client : clients_) {
    if (!std::holds_alternative<transport::Welcome>(client->first().get())) {
      throw RunError("the edge does not welcome " + std::to_string(clients) + " clients");
    }
  }
}

LoadClients::~LoadClients() = default;

transport::Body LoadClients::ask(transport::Body body) {
  auto reply = clients_.front()->ask(std::move(body));
  if (reply.wait_for(kLoadPatience) != std::future_status::ready) {
    throw RunError("the edge does not reply");
  }
  transport::Body said = reply.get();
  if (const auto* refused = std::get_if<transport::Refused>(&said)) {
    throw RunError("the edge refused: " + refused->sentence);
  }
  return said;
}

void LoadClients::prepare() { ask(transport::Prepare{requests_.plan}); }

Duration LoadClients::time_alone() {
  const transport::Body reply = ask(transport::ProfileQuery{requests_.plan, 5, kAloneRuns});
  auto runs = std::get<transport::ProfileReply>(reply).runs;
  if (runs.empty()) throw RunError("the edge told no times");
  const auto middle = runs.begin() + static_cast<std::ptrdiff_t>(runs.size() / 2);
  std::nth_element(runs.begin(), middle, runs.end());
  return *middle;
}

std::vector<LoadedRequest> LoadClients::run(const OfferedLoad& load) {
  std::mt19937_64 random(load.seed);
  std::exponential_distribution<double> gap(load.per_s);
  std::uniform_int_distribution<std::size_t> whose(0, clients_.size() - 1);
  std::vector<std::shared_ptr<Slot>> slots;
  const TimePoint begin = Clock::now() + std::chrono::milliseconds(20);
  std::chrono::duration<double> at{0};
  for (at += std::chrono::duration<double>(gap(random)); at < load.duration;
       at += std::chrono::duration<double>(gap(random))) {
    const auto slot = slots.emplace_back(std::make_shared<Slot>());
    slot->scheduled = begin + std::chrono::duration_cast<Duration>(at);
    std::this_thread::sleep_until(slot->scheduled);
    const auto& tensors = requests_.tensors[slots.size() % requests_.tensors.size()];
    const Duration left = slot->scheduled + load.budget - Clock::now();
    clients_[whose(random)]->send({requests_.plan, std::max(left, Duration(0)), tensors}, slot);
  }
  const TimePoint patience = Clock::now() + load.budget + kAfterDeadline;
  const auto open = [](const auto& slot) { return slot->fate == LoadFate::unanswered; };
  while (std::any_of(slots.begin(), slots.end(), open) && Clock::now() < patience) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const auto hung_up = [](const auto& client) { return client->closed.load(); };
  if (std::any_of(clients_.begin(), clients_.end(), hung_up)) throw RunError("the edge hung up");
  std::vector<LoadedRequest> requests;
  for (const auto& slot : slots) {
    const LoadFate fate = slot->fate.load(std::memory_order_acquire);
    const Duration latency = fate == LoadFate::unanswered ? Duration(0) : slot->latency;
    requests.push_back({slot->scheduled - begin, latency, fate});
  }
  return requests;
}

}  // namespace branchline::lab
