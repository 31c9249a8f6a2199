//! Every board, and how programs for it are made. A new one is added here; its memory and its timer to `firmware`, and
//! its timer to `c/board.c`.

use std::fmt;

/// What a compiler builds for. Boards of one target run the same images.
pub struct Target {
    pub triple: &'static str,
    /// In tables.
    pub name: &'static str,
    pub boards: &'static [Board],
    pub emulator: &'static str,
    /// Of the GNU tools: `arm-none-eabi-`.
    pub tools: &'static str,
    /// For the C compiler.
    pub machine_flags: &'static [&'static str],
    /// Which timer `c/board.c` takes.
    pub define: &'static str,
    pub flash: Memory,
    pub ram: Memory,
    /// Whether there is RAM for all jobs: otherwise not for ranks.
    pub roomy: bool,
}

/// A machine of the emulator.
pub struct Board {
    pub name: &'static str,
    pub machine: &'static [&'static str],
}

/// A part of the address space.
pub struct Memory {
    pub origin: u32,
    pub size: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Rust,
    C,
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Language::Rust => "Rust",
            Language::C => "C",
        })
    }
}

impl Target {
    /// Jobs that the firmware does not have.
    pub fn left_out(&self, language: Language) -> &'static [&'static str] {
        match language {
            Language::C if self.roomy => &["lengths"],
            Language::C => &["lengths", "ranks"],
            Language::Rust if self.roomy => &[],
            Language::Rust => &["ranks"],
        }
    }
}

/// The MPS2 boards have megabytes where the chips that they stand for have less: the limits say how little is used.
const MPS2: (Memory, Memory) = (Memory { origin: 0, size: 4 << 20 }, Memory { origin: 0x2000_0000, size: 4 << 20 });

pub static TARGETS: &[Target] = &[
    Target {
        triple: "thumbv7em-none-eabihf",
        name: "Cortex-M4F, M7",
        boards: &[
            Board { name: "Cortex-M4F", machine: &["-M", "mps2-an386"] },
            Board { name: "Cortex-M7", machine: &["-M", "mps2-an500"] },
        ],
        emulator: "qemu-system-arm",
        tools: "arm-none-eabi-",
        machine_flags: &["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"],
        define: "BOARD_MPS2",
        flash: MPS2.0,
        ram: MPS2.1,
        roomy: true,
    },
    Target {
        triple: "thumbv7m-none-eabi",
        name: "Cortex-M3",
        boards: &[Board { name: "Cortex-M3", machine: &["-M", "mps2-an385"] }],
        emulator: "qemu-system-arm",
        tools: "arm-none-eabi-",
        machine_flags: &["-mcpu=cortex-m3", "-mthumb"],
        define: "BOARD_MPS2",
        flash: MPS2.0,
        ram: MPS2.1,
        roomy: true,
    },
    Target {
        triple: "thumbv6m-none-eabi",
        name: "Cortex-M0",
        boards: &[Board { name: "Cortex-M0", machine: &["-M", "microbit"] }],
        emulator: "qemu-system-arm",
        tools: "arm-none-eabi-",
        machine_flags: &["-mcpu=cortex-m0", "-mthumb"],
        define: "BOARD_MICROBIT",
        flash: Memory { origin: 0, size: 256 << 10 },
        ram: Memory { origin: 0x2000_0000, size: 16 << 10 },
        roomy: false,
    },
    Target {
        triple: "riscv32imac-unknown-none-elf",
        name: "RV32IMAC",
        boards: &[Board { name: "RV32IMAC", machine: &["-M", "virt", "-bios", "none"] }],
        emulator: "qemu-system-riscv32",
        tools: "riscv64-unknown-elf-",
        machine_flags: &["-march=rv32imac", "-mabi=ilp32", "-mcmodel=medany"],
        define: "BOARD_VIRT",
        flash: Memory { origin: 0x8000_0000, size: 1 << 20 },
        ram: Memory { origin: 0x8010_0000, size: 1 << 20 },
        roomy: true,
    },
];
