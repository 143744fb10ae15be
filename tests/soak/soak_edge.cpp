#include "tests/soak/soak_edge.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <utility>

#include "tests/soak/soak_content.h"
#include "transport/io_thread.h"

namespace branchline::soak {
namespace {

using transport::Channel;
using transport::Message;
using transport::Refusal;
using transport::Refused;
constexpr std::uint32_t kMaxInFlight = 16;
constexpr std::uint64_t kMaxInFlightBytes = 16 << 20;

}  // namespace

struct SoakEdge::Parts {
  /// A client. Its listener and what is being worked on for it share it.
  struct Peer final : transport::ChannelListener {
    Peer(Parts& edge, std::shared_ptr<Channel> with)
        : parts(edge), channel(std::move(with)), name(channel->peer()) {}

    void on_message(Message message, const transport::Arrival&) override {
      if (std::holds_alternative<transport::Hello>(message.body)) {
        transport::Welcome welcome;
        welcome.software = "soak";
        welcome.digests = welcome.names = {"soak"};
        welcome.max_in_flight = kMaxInFlight;
        welcome.max_in_flight_bytes = kMaxInFlightBytes;
        welcome.capabilities = transport::capability::kPayloadChecksum;
        channel->send({0, std::move(welcome)});
      } else if (std::holds_alternative<transport::Ping>(message.body)) {
        channel->send({message.id, transport::Pong{}});
      } else if (std::holds_alternative<transport::Cancel>(message.body)) {
        parts.cancel(this, message.id);
      } else if (auto* request = std::get_if<transport::Request>(&message.body)) {
        parts.admit(this, message.id, std::move(*request));
      } else {
        channel->send({message.id, Refused{Refusal::bad_request, "not served here", {}}});
      }
    }
    void on_closed(const std::string& reason) override { parts.remove(this, reason); }

    Parts& parts;
    std::shared_ptr<Channel> channel;
    const std::string name;
  };
  struct Work {
    Peer* peer = nullptr;
    std::uint64_t id = 0;
    std::shared_ptr<Channel> channel;
    transport::Request request;
    TimePoint give_up;
  };

  Parts(std::uint16_t port, std::uint64_t seed)
      : random(seed),
        io(std::make_unique<transport::IoThread>()),
        server(std::make_unique<transport::Server>(
            *io, transport::Endpoint{"127.0.0.1", port},
            [this](std::shared_ptr<Channel> channel) { return add(std::move(channel)); },
            transport::FrameLimits{},
            [this](const std::string&, const std::string&) { ++turned_away; })),
        worker([this] { work_off(); }) {}

  ~Parts() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    changed.notify_all();
    worker.join();
    server.reset();
    io.reset();
  }

  std::shared_ptr<Peer> add(std::shared_ptr<Channel> channel) {
    auto peer = std::make_shared<Peer>(*this, std::move(channel));
    const std::lock_guard lock(mutex);
    peers.emplace(peer.get(), peer);
    return peer;
  }

  void remove(Peer* peer, const std::string& reason) {
    std::shared_ptr<Peer> last;  // let go of without the lock
    const std::lock_guard lock(mutex);
    if (reason.find("nothing was heard of") != std::string::npos) {
      ++held_dead;
      std::fprintf(stderr, "%s\n", reason.c_str());
    }
    std::erase_if(work, [peer](const auto& entry) { return entry.second.peer == peer; });
    const auto found = peers.find(peer);
    if (found == peers.end()) return;
    last = std::move(found->second);
    peers.erase(found);
  }

  /// On the I/O thread. Half are answered on the spot, the others by the worker after a while.
  void admit(Peer* peer, std::uint64_t id, transport::Request request) {
    std::unique_lock lock(mutex);
    const auto dice = random() % 100;
    const TimePoint give_up = Clock::now() + request.budget;
    if (draining || dice < 5) {
      const Refusal why = draining ? Refusal::draining : Refusal::overloaded;
      lock.unlock();
      peer->channel->send({id, Refused{why, "not now", {}}});
    } else if (dice < 50) {
      lock.unlock();
      peer->channel->send({id, answer_to(request)});
    } else {
      const Duration takes = std::chrono::microseconds(random() % 60'000);
      work.emplace(Clock::now() + takes,
                   Work{peer, id, peer->channel, std::move(request), give_up});
      lock.unlock();
      changed.notify_all();
    }
  }

  void cancel(Peer* peer, std::uint64_t id) {
    Work taken;
    {
      const std::lock_guard lock(mutex);
      for (auto entry = work.begin(); entry != work.end(); ++entry) {
        if (entry->second.peer != peer || entry->second.id != id) continue;
        taken = std::move(entry->second);
        work.erase(entry);
        break;
      }
    }
    if (taken.channel) taken.channel->send({id, Refused{Refusal::cancelled, "as you wish", {}}});
  }

  void work_off() {
    std::unique_lock lock(mutex);
    while (!stopping) {
      if (work.empty()) {
        changed.wait(lock);
      } else if (work.begin()->first > Clock::now()) {
        const TimePoint first = work.begin()->first;  // a copy: it may be removed meanwhile
        changed.wait_until(lock, first);
      } else {
        const Work next = std::move(work.extract(work.begin()).mapped());
        ++computing;
        lock.unlock();
        if (Clock::now() > next.give_up) {
          next.channel->send({next.id, Refused{Refusal::expired, "the budget ran out", {}}});
        } else {
          next.channel->send({next.id, answer_to(next.request)});
        }
        lock.lock();
        --computing;
      }
    }
  }

  std::vector<std::shared_ptr<Channel>> channels() {
    const std::lock_guard lock(mutex);
    std::vector<std::shared_ptr<Channel>> all;
    for (const auto& [key, peer] : peers) all.push_back(peer->channel);
    return all;
  }

  mutable std::mutex mutex;  // guards all down to stopping
  std::condition_variable changed;
  std::mt19937_64 random;
  std::map<Peer*, std::shared_ptr<Peer>> peers;
  std::multimap<TimePoint, Work> work;
  int computing = 0;
  bool draining = false;
  bool stopping = false;
  std::atomic<std::uint64_t> held_dead{0}, turned_away{0};
  std::unique_ptr<transport::IoThread> io;
  std::unique_ptr<transport::Server> server;
  std::thread worker;
};

SoakEdge::SoakEdge(std::uint16_t port, std::uint64_t seed)
    : parts_(std::make_unique<Parts>(port, seed)) {}
SoakEdge::~SoakEdge() = default;

std::uint16_t SoakEdge::port() const { return parts_->server->port(); }

void SoakEdge::drain(Duration at_most) {
  parts_->server->stop_accepting();
  {
    const std::lock_guard lock(parts_->mutex);
    parts_->draining = true;
  }
  for (const auto& channel : parts_->channels()) channel->send({0, transport::Draining{}});
  const TimePoint end = Clock::now() + at_most;
  const auto idle = [this] {
    const std::lock_guard lock(parts_->mutex);
    return parts_->work.empty() && parts_->computing == 0;
  };
  while (!idle() && Clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  for (const auto& channel : parts_->channels()) channel->close("the edge is going down");
  while (clients() > 0 && Clock::now() < end + at_most) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

std::size_t SoakEdge::clients() const {
  const std::lock_guard lock(parts_->mutex);
  return parts_->peers.size();
}

transport::BufferPool::Stats SoakEdge::buffers() const {
  return parts_->io->parts()->pool->stats();
}
std::uint64_t SoakEdge::clients_held_dead() const { return parts_->held_dead; }
std::uint64_t SoakEdge::refused_peers() const { return parts_->turned_away; }

int serve_as_process(std::uint16_t port, std::uint64_t seed) {
  const pid_t parent = getppid();
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  SoakEdge edge(port, seed);
  std::printf("%u\n", edge.port());
  std::fflush(stdout);
  const timespec a_second{1, 0};
  while (sigtimedwait(&ends, nullptr, &a_second) < 0 && getppid() == parent) {
  }
  edge.drain(std::chrono::milliseconds(500));
  return 0;
}

}  // namespace branchline::soak
