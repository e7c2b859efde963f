"""Editable station plans (TOML) in, valid IFC4 building models with real geometry out.

The modules, in the order in which a plan passes through them:

``located``   TOML that remembers the line of every table and key
``keys``      tables and keys as data: what a table may hold, and what an error says
``kinds``     the kinds of values
``tables``    every table of a plan; ``venue_tables`` those of ``venue.toml``
``geojson``   the same tables drawn as features
``schema``    the same tables as JSON Schema
``model``     the plan as frozen values, in site metres
``venue``     names, attribution and georeference
``reader``    what all tables have in common
``plan``      tables → values, with errors that name file, line and remedy
``exits``     the street exit: one table becomes stairwell, stair, escalators, head and shutter
``network``   the plan as a graph: what can be reached, and what can be reached step-free
``geometry``  frames and footprints
``checks``    rules over the whole plan
``layout``    what follows from a plan: walls, floors, holes, gate lanes
``solids``    extruded bodies of the parts
``writer``    deterministic IFC4 entities
``build``     what the writers of parts share
``shell``     walls, doors and open edges
``parts``     screen doors and gate rows
``ways``      stairs with landings, ramps, escalators, lifts
``fittings``  columns, equipment and boards
``ifc``       the station written as IFC4
``summary``   counts of the written model, for the golden file
``sheet``     a sheet of SVG: shapes, words and badges
``palette``   colours, letters and words of the drawings
``labels``    where names go
``floor_map`` what lies on one storey
``isometric`` all storeys apart in one picture
``preview``   one map a storey, with legend, scale and north
"""
