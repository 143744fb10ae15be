#include "tests/soak/soak_client.h"

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "tests/soak/soak_content.h"

namespace branchline::soak {
namespace {

using transport::Endpoint;
using transport::Message;
constexpr std::size_t kMostWaiting = 6;
constexpr Duration kSoakConnectTimeout = std::chrono::seconds(1);

}  // namespace

/// One session and the ledger of its requests.
struct SoakClient::Life final : transport::SessionListener {
  struct Waiting {
    std::uint64_t seed = 0;
    std::size_t bytes = 0;
    TimePoint due;
    bool cancelled = false;
  };

  explicit Life(SoakRecord& where) : record(where) {}

  std::string judge(const Endpoint&, const transport::Welcome& welcome) override {
    return welcome.digests.empty() ? "it serves nothing" : "";
  }
  void on_up(const Endpoint&, const transport::Welcome&) override {
    ++record.ups;
    if (just_down.exchange(false)) ++record.takeovers;
  }
  void on_down(const Endpoint& edge, const std::string& reason) override {
    just_down = true;
    note_loss(edge, reason, true);
  }
  void on_failed(const Endpoint& edge, const std::string& reason, bool) override {
    note_loss(edge, reason, false);
  }
  void on_ping(std::uint64_t id) override {
    const std::lock_guard lock(mutex);
    pings.insert(id);
  }

  void on_reply(Message message, const transport::Arrival&) override {
    just_down = false;
    const std::optional<Waiting> asked = take(message.id);
    if (!asked) return;
    if (const auto* refused = std::get_if<transport::Refused>(&message.body)) {
      record.count_failure(std::string("refused: ") + transport::name_of(refused->why));
      return;
    }
    const auto* answer = std::get_if<transport::Answer>(&message.body);
    if (answer != nullptr && is_answer(*answer, asked->seed, asked->bytes)) {
      ++record.answered;
    } else {
      ++record.wrong;
    }
  }

  void on_lost(std::uint64_t id, const std::string& reason) override {
    if (!take(id)) return;
    lost_requests = true;
    record.count_failure("lost: " + without_port(reason));
  }

  /// Whom a final word on `id` concerns; a second word is counted.
  std::optional<Waiting> take(std::uint64_t id) {
    const std::lock_guard lock(mutex);
    if (pings.erase(id) > 0) return std::nullopt;
    const auto found = waiting.find(id);
    if (found == waiting.end()) {
      ++(done.contains(id) ? record.doubled : record.unknown);
      return std::nullopt;
    }
    const Waiting taken = found->second;
    done.insert(id);
    waiting.erase(found);
    return taken;
  }

  void note_loss(const Endpoint& edge, const std::string& reason, bool in_use) {
    const bool held_dead = reason.find("did not answer a ping") != std::string::npos;
    record.count_loss(edge.port, held_dead, !lost_requests.exchange(false), in_use);
  }

  static std::string without_port(const std::string& reason) {
    std::string text;
    bool address = false;
    for (std::size_t i = 0; i < reason.size(); ++i) {
      if (reason.compare(i, 10, "127.0.0.1:") == 0) address = true;
      if (address && reason[i] == ' ') address = false;
      if (!address) text += reason[i];
    }
    return text;
  }

  SoakRecord& record;
  std::atomic<bool> lost_requests{false}, just_down{false};
  std::mutex mutex;  // guards the three below
  std::map<std::uint64_t, Waiting> waiting;
  std::set<std::uint64_t> pings, done;
  std::shared_ptr<transport::Session> session;
  std::unique_ptr<transport::Ticker> ticker;
};

SoakClient::SoakClient(transport::IoThread& io, std::vector<Endpoint> edges,
                       std::size_t largest_bytes, std::uint64_t seed, SoakRecord& record)
    : io_(io),
      edges_(std::move(edges)),
      largest_bytes_(largest_bytes),
      record_(record),
      random_(seed) {
  begin_life();
}

SoakClient::~SoakClient() { end_life(); }

void SoakClient::begin_life() {
  life_ = std::make_shared<Life>(record_);
  transport::Session::Setup setup;
  setup.edges = edges_;
  setup.hello.software = "soak";
  setup.hello.capabilities = chance(0.5) ? transport::capability::kPayloadChecksum : 0;
  setup.connect = [this](const Endpoint& endpoint, const transport::Hello& hello, auto listener) {
    return transport::connect(io_, endpoint, hello, kSoakConnectTimeout, std::move(listener));
  };
  setup.listener = life_;
  setup.seed = random_();
  life_->session = std::make_shared<transport::Session>(std::move(setup), time_);
  life_->ticker = std::make_unique<transport::Ticker>(
      io_, [session = life_->session] { return session->tick(); });
}

void SoakClient::end_life() {
  life_->ticker.reset();
  life_->session->shut_down("the client was killed");
  // What an I/O thread has taken in hand it may be telling just now.
  for (int i = 0; i < 1000 && waiting() > 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const std::lock_guard lock(life_->mutex);
  record_.missing += life_->waiting.size();
  life_->session.reset();
}

bool SoakClient::chance(double probability) {
  return std::uniform_real_distribution<double>(0, 1)(random_) < probability;
}

std::size_t SoakClient::waiting() const {
  const std::lock_guard lock(life_->mutex);
  return life_->waiting.size();
}

void SoakClient::step() {
  const TimePoint now = Clock::now();
  cancel_late();
  if (paused_) return;
  if (now >= phase_ends_) {
    busy_phase_ = !busy_phase_;
    phase_ends_ = now + std::chrono::milliseconds(500 + random_() % 2000);
  }
  if (busy_phase_ && waiting() < kMostWaiting && chance(0.3)) ask();
  if (chance(0.0005)) {
    ++record_.client_kills;
    end_life();
    begin_life();
  }
}

void SoakClient::ask() {
  const double size = std::uniform_real_distribution<double>(0, 1)(random_);
  const std::size_t most = size < 0.6 ? 4096 : size < 0.95 ? 65536 : largest_bytes_;
  const std::size_t bytes = random_() % std::min(most, largest_bytes_);
  const Duration budget = std::chrono::milliseconds(20 + random_() % (chance(0.2) ? 2000 : 300));
  Life::Waiting waiting{random_(), bytes, Clock::now() + budget, false};
  auto request = make_request(waiting.seed, bytes, budget);
  const std::uint64_t id = life_->session->new_id();
  {
    const std::lock_guard lock(life_->mutex);
    life_->waiting.emplace(id, waiting);
  }
  if (life_->session->ask(id, std::move(request), bytes)) {
    ++record_.asked;
    return;
  }
  const std::lock_guard lock(life_->mutex);  // there is no connection: it was not asked
  life_->waiting.erase(id);
}

void SoakClient::cancel_late() {
  std::vector<std::uint64_t> late;
  {
    const std::lock_guard lock(life_->mutex);
    const TimePoint now = Clock::now();
    for (auto& [id, waiting] : life_->waiting) {
      if (waiting.cancelled || (now < waiting.due && !chance(0.002))) continue;
      waiting.cancelled = true;
      late.push_back(id);
    }
  }
  record_.cancels += late.size();
  for (const std::uint64_t id : late) life_->session->cancel(id);
}

}  // namespace branchline::soak
