/// Goodput through the link emulator on real sockets against the rate it was set to.
/// Usage: link_emulator_benchmark [seconds per cell=1]. Each cell: frames of one size, one after
/// the other, up a link of one rate; a plain TCP sender and reader, so that only the emulator is
/// measured. Checks that every byte arrives. 1.00 is exact.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

#include "transport/asio.h"
#include "transport/link_emulator.h"

namespace {

using namespace branchline;
using namespace branchline::transport;
using tcp = asio::ip::tcp;

struct LinkCell {
  double expected_s = 0;
  double measured_s = 0;
  double worst_frame_ratio = 0;  ///< fastest frame: expected over measured; above 1 is a burst
};

/// Sends `count` frames, each answered with a byte that goes back unhindered.
LinkCell measure(double bytes_per_s, std::size_t frame_bytes, double seconds) {
  asio::io_context context;
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
  IoThread io;
  LinkEmulator link(io, {"127.0.0.1", 0}, {"127.0.0.1", acceptor.local_endpoint().port()},
                    steady_link(bytes_per_s, 1e9, Duration{0}));
  const auto count = static_cast<std::size_t>(
      std::clamp(seconds * bytes_per_s / static_cast<double>(frame_bytes), 2.0, 5000.0));
  std::thread edge([&] {
    tcp::socket socket(context);
    acceptor.accept(socket);
    socket.set_option(tcp::no_delay(true));
    std::vector<char> frame(frame_bytes);
    for (std::size_t i = 0; i < count; ++i) {
      asio::read(socket, asio::buffer(frame));
      if (frame.front() != static_cast<char>(i) || frame.back() != static_cast<char>(i))
        std::abort();
      asio::write(socket, asio::buffer(frame.data(), 1));
    }
  });
  tcp::socket device(context);
  device.connect({asio::ip::address_v4::loopback(), link.port()});
  device.set_option(tcp::no_delay(true));
  std::vector<char> frame(frame_bytes);
  LinkCell cell;
  const double frame_s = static_cast<double>(frame_bytes) / bytes_per_s;
  for (std::size_t i = 0; i < count; ++i) {
    std::fill(frame.begin(), frame.end(), static_cast<char>(i));
    const TimePoint start = Clock::now();
    asio::write(device, asio::buffer(frame));
    asio::read(device, asio::buffer(frame.data(), 1));
    const double took = std::chrono::duration<double>(Clock::now() - start).count();
    cell.measured_s += took;
    cell.expected_s += frame_s;
    cell.worst_frame_ratio = std::max(cell.worst_frame_ratio, frame_s / took);
  }
  edge.join();
  return cell;
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1.0;
  if (!(seconds > 0)) {
    std::fprintf(stderr, "usage: link_emulator_benchmark [seconds per cell > 0]\n");
    return 2;
  }
  std::printf("measured goodput / configured rate (fastest single frame / rate)\n%-10s", "");
  const std::vector<std::size_t> sizes = {1'000, 10'000, 100'000, 1'000'000};
  for (const std::size_t size : sizes) std::printf("  %13zu B", size);
  std::printf("\n");
  for (const double mbit : {0.5, 2.0, 10.0, 50.0}) {
    std::printf("%4.1f Mbit/s", mbit);
    for (const std::size_t size : sizes) {
      const LinkCell cell = measure(mbit * 1e6 / 8, size, seconds);
      std::printf("   %5.3f (%5.3f)", cell.expected_s / cell.measured_s, cell.worst_frame_ratio);
      std::fflush(stdout);
    }
    std::printf("\n");
  }
  return 0;
}
