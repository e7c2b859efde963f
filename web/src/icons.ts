/** Our own icons, as paths in a box of 24 × 24; drawn in the picture's markers and in lists alike. */

const ICONS: Readonly<Record<string, string>> = {
  lift: "M5 2h14v20H5zM7 4v16h4.5V4zM12.5 4v16H17V4zM9.2 9l1.6 2.6H7.8zM14.8 15l-1.6-2.6h3z",
  escalator: "M3 20h5.5L17 9h4V6h-5.6L7 17H3zM8.5 3a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM7 8h3l1.5 3.2L8.5 15H7z",
  stairs: "M3 21v-4h4.5v-4H12V9h4.5V5H21v3h-2v4h-4.500v4H10v4H5.500v1z",
  ramp: "M2 20L22 8v12zM22 4.500L4 15V11.500L22 1z",
  moving_walk: "M2 16h20v3H2zM10 3a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM9 8h3l3 3-1 1.500-2-1.500v4h-2v-4z",
  restroom: "M7 2.500a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM4.500 7.500h5V14H8.500v7.500h-3V14h-1zM17 2.500a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM15 7.500h4l2.500 8H19v6h-4v-6h-2.500zM11.700 2h.9v20h-.9z",
  restroom_accessible: "M10 2a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM9 7h2.500v4H16v2h-4.500v1.500H17l2.500 5 1.300-.5.800 1.800-3 1.300-2.800-5.600H9zM8 10.500v2.300a4.600 4.600 0 1 0 5.900 5.700h2A6.500 6.500 0 1 1 8 10.500z",
  nursing_room: "M9.500 2h5v2.500h-1V6l2.500 3v11a2 2 0 0 1-2 2h-4a2 2 0 0 1-2-2V9l2.500-3V4.500h-1zM10 11v2h3v1h-3v2h3v1h-3v2h4v-8z",
  aed: "M12 21.500C6 17 2.500 13.300 2.500 8.800 2.500 5.600 5 3.500 7.700 3.500c1.800 0 3.400 1 4.300 2.500.9-1.500 2.500-2.500 4.300-2.500 2.700 0 5.200 2.100 5.200 5.300 0 4.500-3.500 8.200-9.500 12.700zM13 7l-4.500 6H12l-1 4.500 4.500-6H12z",
  fire_hydrant: "M9 3h6v2h1.500v2H16v3h3v4h-3v5h2v2.500H6V19h2v-5H5v-4h3V7h-.5V5H9zM12 9.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5z",
  fire_extinguisher: "M9 2h5l5 2v2l-5-1v1.500a4 4 0 0 1 2 3.500v12H8V10a4 4 0 0 1 2-3.500V5C7.500 5 6 6.500 5.500 9.500l-1.500-.3C4.500 5.500 6.500 3.500 9 3.500zM10 12v5h4v-5z",
  emergency_exit: "M4 2h9v3h-1.500V3.500h-6v17h6V16H13v6H4zM13 7a1.700 1.700 0 1 0 0-.1zM10 9h4l2 3h3v1.800h-4l-1-1.600-1 2 2.500 2V21h-1.800v-4L11 15z",
  emergency_light: "M4 6h7v7H4zM13 6h7v7h-7zM7 15h1.500v4H7zM15.500 15H17v4h-1.500z",
  emergency_phone: "M6.500 2.500l3 .5 1 4-2 2c1 2.500 3 4.500 5.500 5.500l2-2 4 1 .5 3c0 2-1.500 4-3.500 4C9.500 20.500 3 14 3 6c0-2 1.500-3.500 3.500-3.500z",
  ticket_machine: "M5 2h14v20H5zM7 4.500v6h10v-6zM7 13h5v1.500H7zM14 13h3v3h-3zM7 17.500h10V20H7z",
  locker: "M3 3h18v18H3zM5 5v14h4V5zM10.500 5v6.500H19V5zM10.500 13v6H19v-6zM7.300 11h1v2.500h-1zM12 7.500h1V9h-1z",
  information: "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20zM10.800 6v2.400h2.400V6zM10.800 10v8h2.400v-8z",
  service_office: "M12 2l8 3v6c0 5-3.500 8.500-8 11-4.500-2.500-8-6-8-11V5zM11 7v3H8v2h3v3h2v-3h3v-2h-3V7z",
  certificate_kiosk: "M5 2h9l5 5v15H5zM13 3.500V8h4.500zM8 11v1.600h8V11zM8 14.500v1.600h8v-1.600z",
  wifi: "M12 5c4 0 7.500 1.500 10 4l-2 2.200A11.500 11.500 0 0 0 12 8a11.500 11.500 0 0 0-8 3.200L2 9c2.500-2.500 6-4 10-4zM12 11c2.300 0 4.500.9 6 2.400l-2 2.200A6 6 0 0 0 12 14a6 6 0 0 0-4 1.600l-2-2.200A8.600 8.600 0 0 1 12 11zM12 17a2.200 2.200 0 1 1 0 4.400 2.200 2.200 0 0 1 0-4.400z",
  exit: "M4 2h11v6h-2V4H6v16h7v-4h2v6H4zM16 7.500l5.500 4.500-5.500 4.500v-3H9v-3h7z",
  seating: "M5 3h3v8h8V3h3v10h-2v8h-2.500v-4h-5v4H7v-8H5z",
  drinking_water: "M4 10h16v3h-2l-1.500 9h-9L6 13H4zM11 2h5v2h-3v4h-2z",
  tactile_map: "M3 4l6-2 6 2 6-2v18l-6 2-6-2-6 2zM8.500 7a1.200 1.200 0 1 0 .1 0zM8.500 12a1.200 1.200 0 1 0 .1 0zM14.500 9a1.200 1.200 0 1 0 .1 0zM14.500 14a1.200 1.200 0 1 0 .1 0z",
  gate: "M3 4h4v16H3zM17 4h4v16h-4zM8 10h3.500v3H8zM12.500 10H16v3h-3.500z",
  door: "M5 2h14v20H5zM7 4v16h10V4zM13.500 11h2v2.500h-2z",
  space: "M3 3h18v18H3zM5 5v14h14V5z",
  search: "M10 3a7 7 0 0 1 5.600 11.200l5 5-1.600 1.600-5-5A7 7 0 1 1 10 3zM10 5.200a4.800 4.800 0 1 0 0 9.600 4.800 4.800 0 0 0 0-9.600z",
  route: "M6 2a3.500 3.500 0 0 1 1 6.900V15a3 3 0 0 0 6 0V9a5 5 0 0 1 10 0v6.100a3.500 3.500 0 1 1-2 0V9a3 3 0 0 0-6 0v6a5 5 0 0 1-10 0V8.900A3.500 3.500 0 0 1 6 2z",
  info: "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20zM10.800 6v2.400h2.400V6zM10.800 10v8h2.400v-8z",
  close: "M5.400 4L12 10.600 18.600 4 20 5.400 13.400 12l6.600 6.600-1.400 1.400L12 13.400 5.400 20 4 18.600 10.600 12 4 5.400z",
  swap: "M8 3l4 4H9v9H7V7H4zM16 21l-4-4h3V8h2v9h3z",
  blocked: "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20zM6 10.500v3h12v-3z",
  plus: "M10.800 4h2.400v6.800H20v2.400h-6.800V20h-2.400v-6.800H4v-2.400h6.800z",
  minus: "M4 10.800h16v2.400H4z",
  opening: "M12 1.500l10 5-10 5-10-5zM4.200 10.600L12 14.500l7.800-3.900L22 11.700l-10 5-10-5zM4.200 15.800L12 19.700l7.800-3.900L22 16.900l-10 5-10-5z",
  turn: "M12 4V1l5 4.500L12 10V6.500a5.500 5.500 0 1 0 5.500 5.500H20a8 8 0 1 1-8-8z",
  fit: "M3 3h7v2.200H5.200V10H3zM14 3h7v7h-2.200V5.200H14zM3 14h2.200v4.800H10V21H3zM18.800 14H21v7h-7v-2.200h4.800z",
  walk: "M13 2a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM10 7h3.500l1.500 3 3 1.200-.7 1.700L13.800 11.500l-.6 2.500 2.800 3v5h-2v-4l-3.300-3L9.500 22h-2l2-10-1.500 1v3H6v-4.200z",
  wheelchair: "M10 2a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM9 7h2.500v4H16v2h-4.500v1.500H17l2.500 5 1.300-.5.800 1.800-3 1.300-2.800-5.600H9zM8 10.500v2.300a4.600 4.600 0 1 0 5.900 5.700h2A6.500 6.500 0 1 1 8 10.500z",
  stroller: "M3 11V3a9 8 0 0 1 9 8zM4 12.500h9.500L17 5h4v2.200h-2.600L14.500 16H6.500zM7 17.500a2.200 2.200 0 1 1 0 4.400 2.200 2.200 0 0 1 0-4.400zM14.500 17.500a2.200 2.200 0 1 1 0 4.400 2.200 2.200 0 0 1 0-4.400z",
  luggage: "M9 2h6v5h3v13h-2v2h-2v-2h-4v2H8v-2H6V7h3zM11 4v3h2V4zM9 10v7h1.500v-7zM13.500 10v7H15v-7z",
  elderly: "M10 2a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM8 7h3.500l2 4 3 .500V13l-4-.500-1-1.500V15l2 2v5h-2v-4l-2.500-2.500L8 22H6l1.500-8zM16.500 14h1.600v8h-1.600z",
  blind_cane: "M9 2a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM7 7h3.500l1.500 3.500 3.500 1v1.700l-4.500-1-1-1.500V15l2 2v5h-2v-4l-2.500-2.500L6.500 22h-2L6.500 14zM15.600 14.200l1.200-.5 4.200 8-1.300.5z",
  around: "M12 1.500a10.500 10.500 0 1 1 0 21 10.500 10.500 0 0 1 0-21zM12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8z",
  speak: "M3 9h4l5-5v16l-5-5H3zM14 8.500c2.500 1 2.500 6 0 7zM14 4.500c7 1.500 7 13.500 0 15v-2c4-1.500 4-9.500 0-11z",
  stop: "M6 6h12v12H6z",
  clock: "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20zM12 4.200a7.800 7.800 0 1 0 0 15.600 7.800 7.800 0 0 0 0-15.600zM11 6.500h2v5l4 2.300-1 1.700-5-3z",
  warning: "M12 2.500L22.500 21h-21zM11 9v6h2V9zM11 16.500v2h2v-2z",
  next: "M8.500 4L6.900 5.600 13.300 12l-6.400 6.400L8.500 20l8-8z",
  tune: "M3 5.900h9v2.200H3zM18 5.900h3v2.200h-3zM15 4a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM3 15.900h3v2.200H3zM12 15.900h9v2.200h-9zM9 14a3 3 0 1 1 0 6 3 3 0 0 1 0-6z",
  key: "M7.500 7a5 5 0 0 1 4.800 3.600H22v3h-2v3h-3v-3h-4.700A5 5 0 1 1 7.500 7zM7.500 10.300a1.700 1.700 0 1 0 0 3.400 1.700 1.700 0 0 0 0-3.400z",
  back: "M15.500 4l1.600 1.600L10.700 12l6.400 6.400L15.500 20l-8-8z",
  pin: "M12 2a7 7 0 0 1 7 7c0 5-7 13-7 13S5 14 5 9a7 7 0 0 1 7-7zM12 6.200a2.800 2.800 0 1 0 0 5.600 2.800 2.800 0 0 0 0-5.600z",
};

export function iconPath(name: string): string {
  return ICONS[name] ?? (ICONS["space"] as string);
}

export function hasIcon(name: string): boolean {
  return name in ICONS;
}

/** Colour of a marker: green for ways out, red for fire and rescue, blue for getting about, slate for the rest. */
export function markerColour(category: string): string {
  if (["exit", "emergency_exit", "emergency_light"].includes(category)) return "#00703c";
  if (["aed", "fire_hydrant", "fire_extinguisher", "emergency_phone"].includes(category)) return "#c4262e";
  if (["lift", "escalator", "stairs", "ramp", "moving_walk"].includes(category)) return "#1c4fb4";
  if (["restroom", "restroom_accessible", "nursing_room", "drinking_water"].includes(category)) return "#0b6b63";
  return "#46566a";
}
