/// Round trips over loopback: a client sends N bytes, the server answers 64. Raw blocking sockets
/// against a Channel, interleaved and compared pair by pair, since medians jump with where the
/// kernel puts the threads. Clients are pinned to the first core, servers to the second.
/// Usage: transport_benchmark [rounds=300]. Checks the length of each answer and request.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "transport/channel.h"

namespace {

using namespace branchline;
using namespace branchline::transport;

constexpr std::size_t kAnswerBytes = 64;

void pin_to(unsigned core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core % std::max(1u, std::thread::hardware_concurrency()), &cores);
  pthread_setaffinity_np(pthread_self(), sizeof cores, &cores);
}

void require(bool good, const char* what) {
  if (!good) throw std::runtime_error(what);
}

void write_all(int fd, const std::vector<char>& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t n = ::send(fd, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    require(n > 0, "raw send failed");
    done += static_cast<std::size_t>(n);
  }
}

bool read_all(int fd, std::vector<char>& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t n = ::recv(fd, bytes.data() + done, bytes.size() - done, 0);
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

/// A blocking echo-like server on a thread of its own and one client socket.
class RawPair {
 public:
  explicit RawPair(std::size_t bytes) : request_(bytes, 'x'), answer_(kAnswerBytes) {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    require(::bind(listener, reinterpret_cast<sockaddr*>(&address), length) == 0, "bind");
    require(::listen(listener, 1) == 0, "listen");
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
    client_ = ::socket(AF_INET, SOCK_STREAM, 0);
    require(::connect(client_, reinterpret_cast<sockaddr*>(&address), length) == 0, "connect");
    server_ = ::accept(listener, nullptr, nullptr);
    ::close(listener);
    const int one = 1;
    for (const int fd : {client_, server_}) {
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    thread_ = std::thread([this, bytes] { serve(bytes); });
  }

  ~RawPair() {
    ::shutdown(client_, SHUT_RDWR);
    thread_.join();
    ::close(client_);
    ::close(server_);
  }

  double exchange_us() {
    const TimePoint start = Clock::now();
    write_all(client_, request_);
    require(read_all(client_, answer_), "raw answer");
    return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
  }

 private:
  void serve(std::size_t bytes) {
    pin_to(1);
    std::vector<char> request(bytes);
    const std::vector<char> answer(kAnswerBytes, 'y');
    while (read_all(server_, request)) write_all(server_, answer);
  }

  std::vector<char> request_;
  std::vector<char> answer_;
  int client_ = -1;
  int server_ = -1;
  std::thread thread_;
};

WireTensor bytes_tensor(std::size_t bytes) {
  auto storage = std::make_shared<std::vector<std::uint8_t>>(bytes, std::uint8_t{7});
  const Tensor tensor{{storage, storage->data()}, DType::u8, {static_cast<std::int64_t>(bytes)}};
  return {{1, 0}, encode(tensor, Codec::raw)};
}

/// Answers each request with an empty Answer, whose frame is about as long as the raw answer.
class BenchmarkServer final : public ChannelListener {
 public:
  explicit BenchmarkServer(std::shared_ptr<Channel> channel) : channel_(std::move(channel)) {}
  void on_message(Message message, const Arrival&) override {
    if (std::holds_alternative<Request>(message.body)) {
      channel_->send({message.id, Answer{}});
    } else {
      channel_->send({0, Welcome{}});
    }
  }
  void on_closed(const std::string&) override { channel_.reset(); }

 private:
  std::shared_ptr<Channel> channel_;
};

/// Wakes the caller for each answer.
class BenchmarkClient final : public ChannelListener {
 public:
  void on_message(Message message, const Arrival& arrival) override {
    const std::lock_guard lock(mutex_);
    ++answers_;
    on_io_thread_ = arrival.complete;
    last_ = message.id;
    changed_.notify_one();
  }
  void on_closed(const std::string&) override {}

  /// When the answer was on the I/O thread.
  TimePoint wait_for(std::uint64_t answers) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return answers_ >= answers; });
    return on_io_thread_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t answers_ = 0;
  std::uint64_t last_ = 0;
  TimePoint on_io_thread_;
};

struct ExchangeTime {
  double to_io_thread_us = 0;
  double to_caller_us = 0;
};

class ChannelPairUnderTest {
 public:
  explicit ChannelPairUnderTest(std::size_t bytes) : tensor_(bytes_tensor(bytes)) {
    pin_to(1);
    server_io_ = std::make_unique<IoThread>();
    server_ = std::make_unique<Server>(*server_io_, Endpoint{"127.0.0.1", 0}, [](auto channel) {
      return std::make_shared<BenchmarkServer>(channel);
    });
    pin_to(0);
    client_io_ = std::make_unique<IoThread>();
    channel_ =
        connect(*client_io_, {"127.0.0.1", server_->port()}, {}, std::chrono::seconds(5), client_);
    client_->wait_for(answers_ = 1);
  }

  ExchangeTime exchange() {
    const TimePoint start = Clock::now();
    Request request;
    request.budget = std::chrono::seconds(1);
    request.tensors.push_back(tensor_);
    require(channel_->send({++answers_, std::move(request)}), "channel send");
    const TimePoint on_io_thread = client_->wait_for(answers_);
    const auto us = [&](TimePoint end) {
      return std::chrono::duration<double, std::micro>(end - start).count();
    };
    return {us(on_io_thread), us(Clock::now())};
  }

 private:
  WireTensor tensor_;
  std::unique_ptr<IoThread> server_io_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<IoThread> client_io_;
  std::shared_ptr<BenchmarkClient> client_ = std::make_shared<BenchmarkClient>();
  std::shared_ptr<Channel> channel_;
  std::uint64_t answers_ = 0;
};

double percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

void compare(const char* name, std::size_t bytes, int rounds) {
  ChannelPairUnderTest channel(bytes);
  RawPair raw(bytes);
  std::vector<double> raw_us, io_us, caller_us, io_ratio, caller_ratio;
  for (int round = -rounds / 10; round < rounds; ++round) {
    const double by_raw = raw.exchange_us();
    const ExchangeTime ours = channel.exchange();
    if (round < 0) continue;
    raw_us.push_back(by_raw);
    io_us.push_back(ours.to_io_thread_us);
    caller_us.push_back(ours.to_caller_us);
    io_ratio.push_back(ours.to_io_thread_us / by_raw);
    caller_ratio.push_back(ours.to_caller_us / by_raw);
  }
  std::printf("%-8s  %8.1f %9.1f  %8.1f %9.1f %6.2f  %8.1f %9.1f %6.2f\n", name,
              percentile(raw_us, 0.5), percentile(raw_us, 0.99), percentile(io_us, 0.5),
              percentile(io_us, 0.99), percentile(io_ratio, 0.5), percentile(caller_us, 0.5),
              percentile(caller_us, 0.99), percentile(caller_ratio, 0.5));
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 300;
  if (rounds < 10) {
    std::fprintf(stderr, "usage: transport_benchmark [rounds >= 10]\n");
    return 2;
  }
  std::printf("%d rounds; us: median and p99; ratios are medians over pairs of neighbours\n",
              rounds);
  std::printf("%-8s  %18s  %25s  %25s\n", "request", "raw sockets", "channel, I/O thread",
              "channel, caller's thread");
  compare("4 KiB", 4 * 1024, rounds);
  compare("64 KiB", 64 * 1024, rounds);
  compare("588 KiB", 588 * 1024, rounds);
  compare("3.1 MiB", 3'250'586, rounds);
  return 0;
}
